package animo_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"animo"
)

func TestMachineFault(t *testing.T) {
	path := func(errno syscall.Errno) error { return &os.PathError{Op: "open", Path: "x", Err: errno} }
	for _, c := range []struct {
		err  error
		want animo.Code // "" for no fault of the machine
	}{
		{nil, ""},
		{path(syscall.ENOENT), ""},
		{path(syscall.ENOSPC), animo.NoSpace},
		{path(syscall.EDQUOT), animo.NoSpace},
		{path(syscall.EMFILE), animo.Machine},
		{path(syscall.ENFILE), animo.Machine},
		{path(syscall.ENOMEM), animo.Machine},
		{path(syscall.EIO), animo.Machine},
		{fmt.Errorf("while storing: %w", path(syscall.EMFILE)), animo.Machine},
		{animo.Errorf(animo.CorruptImage, "damaged", "dañada").Because(path(syscall.EIO)), animo.Machine},
		{animo.Errorf(animo.CorruptImage, "damaged", "dañada"), ""},
		{animo.Errorf(animo.NoSpace, "full", "lleno"), animo.NoSpace},
	} {
		fault := animo.MachineFault(c.err)
		switch {
		case c.want == "" && fault != nil, c.want != "" && (fault == nil || fault.Code != c.want || fault.ES == ""):
			t.Errorf("%v: %+v, want %q", c.err, fault, c.want)
		}
		if fault != nil && fault.Code.Final() {
			t.Errorf("%v is final", c.err)
		}
	}
}
