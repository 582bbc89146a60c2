package labelled

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"animo"
)

// lines cuts a stream into lines that are UTF-8.
type lines struct {
	limits   Limits
	fallback string // the encoding of lines that are not UTF-8
	r        *bufio.Reader
	number   int    // of the line that next gave last, from 1
	bytes    int64  // read so far
	long     []byte // a line that does not fit r's buffer
	decoded  bool   // the line that next gave last was not UTF-8
	back     []byte // lines that were given back, each with its LF
	text     []byte // a decoded line
}

// window is how much is read at once; shorter lines are not copied.
const window = 256 << 10

// A line longer than the limit is passed over, up to so many times the limit.
const skipped = 16

func newLines(r io.Reader, l Limits, fallback string) *lines {
	return &lines{limits: l, fallback: fallback, r: bufio.NewReaderSize(r, window)}
}

// next returns a line without its end; the bytes are good until the next call. A line that cannot be read
// comes with the reason as fault. After the last line the error is io.EOF.
func (l *lines) next() (line []byte, fault *animo.Error, err error) {
	if len(l.back) > 0 {
		i := bytes.IndexByte(l.back, '\n')
		line, l.back = l.back[:i], l.back[i+1:]
		l.number++
		return line, nil, nil
	}
	line, err = l.r.ReadSlice('\n')
	l.bytes += int64(len(line))
	if err == bufio.ErrBufferFull {
		line, err = l.rest(line)
	}
	if len(line) > 0 {
		l.number++
	}
	if err != nil && err != io.EOF {
		return nil, nil, err
	}
	if len(line) == 0 {
		return nil, nil, io.EOF
	}
	line = trimEnd(line)
	if l.bytes > l.limits.Bytes {
		return nil, nil, errTooLarge(l.limits.Bytes).At(l.number)
	}
	if len(line) > l.limits.RowBytes {
		return nil, errLineTooLong(l.limits.RowBytes).At(l.number), nil
	}
	if l.number == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	if l.decoded = !utf8.Valid(line); l.decoded {
		line = l.decode(line)
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return nil, errNUL().At(l.number), nil
	}
	return line, nil, nil
}

// decode turns a line of another encoding into UTF-8.
func (l *lines) decode(line []byte) []byte {
	c := charmapOf(l.fallback)
	l.text = l.text[:0]
	for _, b := range line {
		if b < utf8.RuneSelf {
			l.text = append(l.text, b)
		} else {
			l.text = utf8.AppendRune(l.text, c.DecodeByte(b))
		}
	}
	return l.text
}

// giveBack has next give the lines of text again, the last of which it gave last.
func (l *lines) giveBack(text []byte) {
	l.number -= 1 + bytes.Count(text, []byte("\n"))
	l.back = append(append(bytes.Clone(text), '\n'), l.back...)
}

// rest reads on after the head of a line that fills the window. Of a line over the limit it keeps as much as
// shows that, so that it costs no more memory, and it gives up where the line does not end soon.
func (l *lines) rest(head []byte) (line []byte, err error) {
	l.long = append(l.long[:0], head...)
	most := l.limits.RowBytes + len("\r\n")
	for n := len(head); ; n += len(head) {
		head, err = l.r.ReadSlice('\n')
		l.bytes += int64(len(head))
		if len(l.long) <= most {
			l.long = append(l.long, head...)
		}
		if err != bufio.ErrBufferFull {
			if len(l.long) > most {
				l.long = l.long[:most+1]
				l.long[most] = 'x' // not a line's end
			}
			return l.long, err
		}
		if n > skipped*max(l.limits.RowBytes, window) || l.bytes > l.limits.Bytes {
			return nil, errLineTooLong(l.limits.RowBytes).At(l.number + 1)
		}
	}
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
