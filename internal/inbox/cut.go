package inbox

import (
	"bytes"
	"errors"
	"io"
	"time"
)

// cutQuiet is for how long a picture whose end is missing must not have changed until it is taken as it is.
const cutQuiet = time.Minute

// tailBytes is how far from its end a file's end mark is looked for. Some cameras write something behind it.
const tailBytes = 64 << 10

// lacksEnd reports whether a file begins like a JPEG or a PNG and has no mark of the end of one (ITU-T T.81, B.1.1.3;
// PNG specification, 11.2.5); false for other files. It sets r back to the beginning.
func lacksEnd(r io.ReadSeeker, size int64) (bool, error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(r, head); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) { // too short for either
			err = nil
		}
		return false, errors.Join(err, rewind(r))
	}
	var mark []byte
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		mark = []byte("\xff\xd9")
	case bytes.Equal(head, []byte("\x89PNG\r\n\x1a\n")):
		mark = []byte("IEND")
	default:
		return false, rewind(r)
	}
	if _, err := r.Seek(max(0, size-tailBytes), io.SeekStart); err != nil {
		return false, err
	}
	tail, err := io.ReadAll(io.LimitReader(r, tailBytes))
	return !bytes.Contains(tail, mark), errors.Join(err, rewind(r))
}

func rewind(r io.Seeker) error {
	_, err := r.Seek(0, io.SeekStart)
	return err
}
