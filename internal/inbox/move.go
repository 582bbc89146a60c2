package inbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sort"
	"strconv"
	"unicode/utf8"

	"animo"
)

// errReplaced says that another file took a file's place at the moment of its move.
var errReplaced = errors.New("it was replaced while it was moved")

// move renames a file that is as in want, in its tenant's folder, giving it a number where its new name is
// taken, and puts a reason beside it where there is one. It returns the new name. When another file turns out to
// have come in its place, it is put back and the error is errReplaced.
func move(home *os.Root, from, to string, want fs.FileInfo, reason []byte) (string, error) {
	if err := home.MkdirAll(path.Dir(to), folderMode); err != nil {
		return "", err
	}
	name, err := rename(home, from, to, reason != nil)
	if err != nil {
		return "", err
	}
	if moved, err := home.Lstat(name); err == nil && !unchanged(want, moved) {
		_, err := rename(home, name, from, false)
		return "", errors.Join(errReplaced, err)
	}
	if reason != nil {
		// The file is where it belongs already: should there be no room for the reason, it stands in the log too.
		return name, writeNew(home, reasonName(name), reason)
	}
	return name, nil
}

// rename returns a file the first free of the names NAME, NAME-2, NAME-3 and so on. withReason says that the
// name of a reason must be free, too.
func rename(home *os.Root, from, to string, withReason bool) (string, error) {
	free := func(n int) bool {
		_, err := home.Lstat(numbered(to, n))
		if withReason && errors.Is(err, fs.ErrNotExist) {
			_, err = home.Lstat(reasonName(numbered(to, n)))
		}
		return errors.Is(err, fs.ErrNotExist)
	}
	// A camera that calls each picture the same fills thousands of numbers: they are searched by halves.
	const most = 1 << 30
	taken, end := 0, 1
	for end < most && !free(end) {
		taken, end = end, 2*end
	}
	name := numbered(to, taken+1+sort.Search(end-taken-1, func(i int) bool { return free(taken + 1 + i) }))
	// Renaming replaces what is there. An empty file of our own holds the place, so that it is nothing else.
	if err := writeNew(home, name, nil); err != nil {
		return "", err
	}
	if err := home.Rename(from, name); err != nil {
		return "", errors.Join(err, home.Remove(name))
	}
	return name, nil
}

// writeNew writes a file that must not be there yet.
func writeNew(home *os.Root, name string, content []byte) error {
	f, err := home.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o660)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// numbered puts a number in front of a name's extension; the first has none.
func numbered(name string, n int) string {
	if n == 1 {
		return name
	}
	folder, base := path.Split(name)
	ext := path.Ext(base)
	if len(ext) > 16 || ext == base {
		ext = ""
	}
	return folder + clip(base[:len(base)-len(ext)], 200) + "-" + strconv.Itoa(n) + ext
}

// reasonName is what the file with the reason is called that lies beside a failed one.
func reasonName(name string) string {
	folder, base := path.Split(name)
	return folder + clip(base, 240) + ".reason.txt"
}

// clip shortens a name to so many bytes, because file systems take 255.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// reasonText says in both languages why a file failed and what to do.
func reasonText(kind string, why *animo.Reason) []byte {
	if why == nil {
		r := animo.ReasonOf(errors.New("failed without a reason"))
		why = &r
	}
	return fmt.Appendf(nil, "%s\n\n%s.\nOnce that is put right, drop the file into %s again.\n\n%s.\nCuando esté corregido, deje el archivo otra vez en %s.\n",
		why.Code, why.EN, kind, why.ES, kind)
}
