package s3

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"animo"
	"animo/internal/object"
)

// A source is Put's reader. It remembers the reader's own error, because Put answers that as it is, and ends the call with it, because
// sending again does not help.
type source struct {
	ctx context.Context
	end context.CancelFunc
	r   io.ReadSeeker
	err error
}

func (s *source) fail(err error) error {
	s.err = err
	s.end()
	return err
}

// A section is a part of a source, which is read several times: for its checksum, to be sent, and to be sent again. Only one section of
// a source is read at a time.
type section struct {
	*source
	from, size, at int64 // bytes
}

func (s *source) section(from, size int64) *section { return &section{s, from, size, -1} }

// Read implements io.Reader until the section or ctx ends.
func (s *section) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if err := s.ctx.Err(); err != nil {
		return 0, s.fail(animo.Ended(err))
	}
	if s.at < 0 {
		if _, err := s.Seek(0, io.SeekStart); err != nil {
			return 0, err
		}
	}
	if s.at >= s.size {
		return 0, io.EOF
	}
	n, err := s.r.Read(p[:min(int64(len(p)), s.size-s.at)])
	s.at += int64(n)
	switch {
	case err == io.EOF && s.at == s.size:
	case err == io.EOF: // it was longer when Put began
		err = s.fail(io.ErrUnexpectedEOF)
	case err != nil:
		err = s.fail(err)
	}
	return n, err
}

// Seek implements io.Seeker.
func (s *section) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += max(s.at, 0)
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek to %d", offset)
	}
	if _, err := s.r.Seek(s.from+offset, io.SeekStart); err != nil {
		return 0, s.fail(err)
	}
	s.at = offset
	return offset, nil
}

// header is what asks for a range; nil for the whole object.
func header(part object.Range) *string {
	if part == (object.Range{}) {
		return nil
	}
	h := fmt.Sprintf("bytes=%d-", part.Offset)
	if part.Length > 0 && part.Offset <= math.MaxInt64-part.Length {
		h += strconv.FormatInt(part.Offset+part.Length-1, 10)
	}
	return &h
}

// sizeIn is the size of the whole object in the answer's header, "bytes 0-9/100".
func sizeIn(contentRange string) (int64, bool) {
	_, size, _ := strings.Cut(contentRange, "/")
	n, err := strconv.ParseInt(size, 10, 64)
	return n, err == nil
}

// A reading is an object that is being read. It gives errors their codes.
type reading struct {
	io.ReadCloser
	failed func(error) error
}

// Read is io.Reader's.
func (r *reading) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = r.failed(err)
	}
	return n, err
}
