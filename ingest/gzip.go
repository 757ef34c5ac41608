package ingest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
)

// isGzip tells a gzip file by its first bytes.
func isGzip(start []byte) bool { return bytes.HasPrefix(start, []byte("\x1f\x8b")) }

// mostUnpacked is the most that a compressed file may unpack to.
func mostUnpacked(packed int64) int64 { return min(maxUnzipped, max(ratioFrom, maxRatio*packed)) }

// unpack reads a gzip file into a temporary one, since what is read may have to
// be read again, and goes on with that. It takes constant memory.
func (r *Reader) unpack() error {
	tmp, err := os.CreateTemp(r.opts.TempDir, "unpacked-*")
	if err != nil {
		return err
	}
	r.unpacked = tmp
	// A file without a name is there as long as it is open: nothing is left
	// behind, however the process ends.
	if err := os.Remove(tmp.Name()); err != nil {
		return err
	}
	var n int64
	most := mostUnpacked(r.file.Size)
	z, err := gzip.NewReader(io.NewSectionReader(r.disk, 0, r.file.Size))
	if err == nil {
		n, err = io.Copy(tmp, io.LimitReader(z, most+1))
	}
	var onDisk *fs.PathError
	switch {
	case r.disk.err != nil, errors.As(err, &onDisk):
		return err
	case n > most:
		return r.refuse(0, "this file unpacks to more than %s MB, a size that no report compressed like this has: import it unpacked, or in parts",
			"une fois décompressé, ce fichier dépasse %s\u00a0Mo, ce qu’aucun rapport ainsi compressé n’atteint\u00a0: importez-le décompressé, ou en plusieurs parties", strconv.FormatInt(most>>20, 10))
	case err != nil:
		return r.refuse(0, "the compressed file is damaged or was cut off (%s): download it again",
			"le fichier compressé est abîmé ou incomplet (%s)\u00a0: téléchargez-le à nouveau", err.Error())
	}
	r.disk = &disk{ReaderAt: tmp}
	r.file.R, r.file.Size = r.disk, n
	return nil
}
