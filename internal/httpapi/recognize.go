package httpapi

import (
	"bytes"
	"io"

	"animo/vision"
)

// pictureReader reads an upload that should be a picture. Where its first bytes tell that it is none, or none that is read here,
// reading fails at once, and refused says why: the analysis would say the same later.
type pictureReader struct {
	r       io.Reader
	known   bool // the first bytes were looked at
	refused error
}

func (p *pictureReader) Read(b []byte) (int, error) {
	if !p.known {
		if err := p.recognize(); err != nil {
			return 0, err
		}
	}
	return p.r.Read(b)
}

// recognize looks at the first bytes. Whoever takes in the upload knows what to say of one that is empty or breaks off.
func (p *pictureReader) recognize() error {
	head := make([]byte, 0, vision.HeadBytes)
	for len(head) < cap(head) {
		n, err := p.r.Read(head[len(head):cap(head)])
		head = head[:len(head)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if len(head) > 0 {
		if p.refused = vision.Recognize(head); p.refused != nil {
			return p.refused
		}
	}
	p.known, p.r = true, io.MultiReader(bytes.NewReader(head), p.r)
	return nil
}

// cause is why an upload could not be taken: err, unless it is no picture.
func (p *pictureReader) cause(err error) error {
	if err != nil && p.refused != nil {
		return p.refused
	}
	return err
}
