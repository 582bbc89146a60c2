package app_test

import (
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"

	root "animo"
	"animo/internal/app"
)

func TestListen_says_what_to_do_where_it_cannot(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		listen string
		code   root.Code
		en, es string
	}{
		{taken.Addr().String(), root.Conflict, taken.Addr().String() + " is in use by another program", "la usa otro programa"},
		{"127.0.0.1:99999", root.Invalid, "127.0.0.1:99999 cannot be served on", "no se puede servir en 127.0.0.1:99999"},
	} {
		s := settings(t)
		s.Listen = c.listen
		_, err := app.New(t.Context(), s, app.Options{})
		e, ok := errors.AsType[*root.Error](err)
		if !ok || e.Code != c.code || !strings.Contains(e.EN, c.en) || !strings.Contains(e.ES, c.es) ||
			!strings.Contains(e.EN, "--listen") || !strings.Contains(e.ES, "--listen") {
			t.Errorf("%s: %v", c.listen, err)
		}
		if c.code == root.Conflict && !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%v is not EADDRINUSE", err)
		}
	}
}
