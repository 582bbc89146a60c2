package animo

import (
	"errors"
	"syscall"
)

// Faults of the machine, in the order in which they are looked for. None says anything of the input that met it.
var machineFaults = []struct {
	errno  syscall.Errno
	code   Code
	en, es string
}{
	{syscall.ENOSPC, NoSpace, "the disk is full; free some space and try again", "el disco está lleno; libere espacio e inténtelo de nuevo"},
	{syscall.EDQUOT, NoSpace, "the disk quota is used up; free some space or have it raised, and try again", "la cuota de disco está agotada; libere espacio o pida más, e inténtelo de nuevo"},
	{syscall.EMFILE, Machine, "the server has as many files and connections open as it may; try again, and raise its limit of open files", "el servidor tiene abiertos tantos archivos y conexiones como puede; inténtelo de nuevo y suba su límite de archivos abiertos"},
	{syscall.ENFILE, Machine, "the system has as many files open as it may; try again", "el sistema tiene abiertos tantos archivos como puede; inténtelo de nuevo"},
	{syscall.ENOMEM, Machine, "the machine has no memory left; try again", "a la máquina no le queda memoria; inténtelo de nuevo"},
	{syscall.EIO, Machine, "the disk failed to read or write; try again, and look after the disk", "el disco falló al leer o escribir; inténtelo de nuevo y revise el disco"},
}

// MachineFault returns the fault of the machine that lies behind err: a full disk or quota is NoSpace; too many open files, too
// little memory and a failing disk are Machine. It returns nil where err has another cause. What err itself was taken for does
// not count: a picture that the disk cannot read looks like a damaged picture to who decodes it.
func MachineFault(err error) *Error {
	for _, f := range machineFaults {
		if errors.Is(err, f.errno) {
			return &Error{Code: f.code, EN: f.en, ES: f.es, Cause: err}
		}
	}
	if e, ok := errors.AsType[*Error](err); ok && (e.Code == NoSpace || e.Code == Machine) {
		return e
	}
	return nil
}
