package source

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Downloads are what browsers and transfer programs add to the name of a file
// that is coming.
var Downloads = []string{".crdownload", ".part", ".partial", ".download", ".opdownload", ".filepart"}

// Unfinished reports names of files that are not, or not yet, what somebody
// means to give: hidden files, downloads under way, what Office and file
// managers leave.
func Unfinished(name string) bool {
	lower := strings.ToLower(name)
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") {
		return true
	}
	for _, suffix := range append([]string{".tmp", "~"}, Downloads...) {
		if strings.HasSuffix(lower, suffix) {
			return true
		}
	}
	return lower == "thumbs.db" || lower == "desktop.ini"
}

// exportTypes are the endings of files that can be an export or hold one.
var exportTypes = []string{
	".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".zip", ".gz",
	".parquet", ".feather", ".arrow", ".arrows", ".json", ".jsonl", ".ndjson",
}

// canBeExport reports whether a file can be an export, by its name.
func canBeExport(name string) bool {
	return slices.Contains(exportTypes, strings.ToLower(path.Ext(name)))
}

// maxName is the length of a name, in characters, so that it fits a file system
// with a number after it.
const maxName = 120

// clean makes a name that a stranger chose fit to be shown and to name a file:
// no folders, no control characters or marks that turn the reading direction,
// no leading dots, no more than maxName characters. Where nothing is left, the
// other is taken.
func clean(name, other string) string {
	name = strings.ToValidUTF8(name, "_")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		case strings.ContainsRune(`<>:"|?*`, r): // not on Windows
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". ")
	if n := utf8.RuneCountInString(name); n > maxName {
		ext := path.Ext(name)
		if utf8.RuneCountInString(ext) > 10 {
			ext = ""
		}
		name = strings.Trim(string([]rune(name)[:maxName-utf8.RuneCountInString(ext)]), ". ") + ext
	}
	if name == "" {
		return other
	}
	return name
}
