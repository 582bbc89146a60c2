package vision

import "errors"

func findConverter() (string, error)          { return "", errors.New("none") }
func (d *decoding) converted() (Image, error) { return Image{}, nil }
