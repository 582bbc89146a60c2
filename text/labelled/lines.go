package labelled

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"
)

// lines cuts a stream into lines that are UTF-8 and not too long.
type lines struct {
	limits Limits
	r      *bufio.Reader
	number int    // of the line that next gave last, from 1
	bytes  int64  // read so far
	long   []byte // a line that does not fit r's buffer
}

// window is how much is read at once; shorter lines are not copied.
const window = 256 << 10

func newLines(r io.Reader, l Limits) lines {
	return lines{limits: l, r: bufio.NewReaderSize(r, window)}
}

// next gives a line without its end; the bytes are good until the next call. After the last line the
// error is io.EOF.
func (l *lines) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	l.bytes += int64(len(line))
	if err == bufio.ErrBufferFull {
		line, err = l.rest(line)
	}
	if len(line) > 0 {
		l.number++
	}
	if err != nil && err != io.EOF {
		return nil, err
	}
	if len(line) == 0 {
		return nil, io.EOF
	}
	line = trimEnd(line)
	if len(line) > l.limits.RowBytes {
		return nil, errLineTooLong(l.limits.RowBytes).At(l.number)
	}
	if l.bytes > l.limits.Bytes {
		return nil, errTooLarge(l.limits.Bytes).At(l.number)
	}
	if l.number == 1 {
		if err := refuseBinary(line); err != nil {
			return nil, err.At(1)
		}
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	if !utf8.Valid(line) {
		return nil, errNotUTF8(line).At(l.number)
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return nil, errNUL().At(l.number)
	}
	return line, nil
}

// rest reads on after the head of a line that fills the window, and stops where the line is too long, so
// that a line of any length costs no more than the limit.
func (l *lines) rest(head []byte) (line []byte, err error) {
	l.long = append(l.long[:0], head...)
	for len(l.long) <= l.limits.RowBytes+len("\r\n") {
		head, err = l.r.ReadSlice('\n')
		l.bytes += int64(len(head))
		l.long = append(l.long, head...)
		if err != bufio.ErrBufferFull {
			return l.long, err
		}
	}
	return l.long, nil
}

// trimEnd takes LF or CRLF off a line.
func trimEnd(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}
