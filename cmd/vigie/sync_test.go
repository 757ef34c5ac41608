package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"maps"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/pkg/sftp"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"
)

// withServers adds the commands that start servers.
func withServers(cmds map[string]func(ts *testscript.TestScript, neg bool, args []string)) map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	maps.Copy(cmds, serverCmds)
	return cmds
}

// serverCmds are servers that a script can start, on the loopback address.
var serverCmds = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	// sftpserver: a server of the script's files for user agency, password
	// hunter2; its port is SFTP_PORT.
	"sftpserver": func(ts *testscript.TestScript, neg bool, args []string) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		ts.Check(err)
		signer, err := ssh.NewSignerFromKey(key)
		ts.Check(err)
		config := &ssh.ServerConfig{PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if c.User() != "agency" || string(password) != "hunter2" {
				return nil, errors.New("wrong")
			}
			return nil, nil
		}}
		config.AddHostKey(signer)
		l := listen(ts, "SFTP_PORT")
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go serveSFTP(c, config, ts.Getenv("WORK"))
			}
		}()
	},
	// imapserver MESSAGE: a server with one mailbox, of vigie@example.com, password
	// hunter2; its port is IMAP_PORT, its certificate that of SSL_CERT_FILE.
	"imapserver": func(ts *testscript.TestScript, neg bool, args []string) {
		site := httptest.NewUnstartedServer(nil) // for its certificate
		site.StartTLS()
		ts.Defer(site.Close)
		cert := filepath.Join(ts.Getenv("WORK"), "cert.pem")
		ts.Check(os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw}), 0o666))
		ts.Setenv("SSL_CERT_FILE", cert)
		user := imapmemserver.NewUser("vigie@example.com", "hunter2")
		ts.Check(user.Create("INBOX", nil))
		message := bytes.ReplaceAll([]byte(ts.ReadFile(args[0])), []byte("\n"), []byte("\r\n"))
		_, err := user.Append("INBOX", literal{bytes.NewReader(message)}, &imap.AppendOptions{Time: time.Date(2026, 9, 3, 6, 0, 0, 0, time.UTC)})
		ts.Check(err)
		memory := imapmemserver.New()
		memory.AddUser(user)
		server := imapserver.New(&imapserver.Options{
			NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
				return memory.NewSession(), nil, nil
			},
			Logger: log.New(io.Discard, "", 0),
		})
		l := tls.NewListener(listen(ts, "IMAP_PORT"), &tls.Config{Certificates: site.TLS.Certificates})
		go server.Serve(l)
		ts.Defer(func() { server.Close() })
	},
	// expand FILE…: fill the variables in.
	"expand": func(ts *testscript.TestScript, neg bool, args []string) {
		for _, name := range args {
			ts.Check(os.WriteFile(ts.MkAbs(name), []byte(os.Expand(ts.ReadFile(name), ts.Getenv)), 0o666))
		}
	},
	// keyline FILE: the line of a host key that the last command gave, put into a
	// file.
	"keyline": func(ts *testscript.TestScript, neg bool, args []string) {
		_, line, ok := strings.Cut(ts.ReadFile("stdout"), "ajoutez cette ligne\u00a0: ")
		if !ok {
			ts.Fatalf("there is no line to add")
		}
		line, _, _ = strings.Cut(line, "\n")
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(line+"\n"), 0o666))
	},
}

func listen(ts *testscript.TestScript, variable string) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Setenv(variable, port)
	return l
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// serveSFTP serves a folder to whoever has logged in.
func serveSFTP(c net.Conn, config *ssh.ServerConfig, dir string) {
	defer c.Close()
	_, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for ch := range channels {
		channel, requests, err := ch.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				r.Reply(r.Type == "subsystem", nil)
			}
		}()
		go func() {
			server, err := sftp.NewServer(channel, sftp.ReadOnly(), sftp.WithServerWorkingDirectory(dir))
			if err == nil {
				server.Serve()
			}
			channel.Close()
		}()
	}
}
