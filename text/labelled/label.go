package labelled

import (
	"bytes"
	"strings"

	"animo"
)

// parseLabel reads a label, or a number of stars. keep is false for three stars.
func parseLabel(value []byte, stars bool) (label animo.Label, keep bool, err error) {
	value = bytes.TrimSpace(value)
	if stars {
		switch n := wholeDigit(value); n {
		case 1, 2:
			return animo.Negative, true, nil
		case 3:
			return animo.Negative, false, nil
		case 4, 5:
			return animo.Positive, true, nil
		}
	} else {
		switch wholeDigit(value) {
		case 0:
			return animo.Negative, true, nil
		case 1:
			return animo.Positive, true, nil
		}
	}
	if len(value) <= len("negative") {
		switch strings.ToLower(string(value)) {
		case "positivo", "positiva", "positive", "pos":
			return animo.Positive, true, nil
		case "negativo", "negativa", "negative", "neg":
			return animo.Negative, true, nil
		}
	}
	if stars {
		return 0, false, errBadStars(value)
	}
	return 0, false, errBadLabel(value)
}

// wholeDigit reads a number of one digit, which programs also write as "4.0" or "4,0"; -1 is anything else.
func wholeDigit(value []byte) int {
	if len(value) > 2 && (value[1] == '.' || value[1] == ',') && len(bytes.Trim(value[2:], "0")) == 0 {
		value = value[:1]
	}
	if len(value) != 1 || value[0] < '0' || value[0] > '9' {
		return -1
	}
	return int(value[0] - '0')
}
