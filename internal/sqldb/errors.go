package sqldb

import (
	"context"
	"errors"
	"syscall"

	"animo"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// errClosed is what every use after Close answers.
var errClosed = animo.Errorf(animo.Unavailable, "the database is closed", "la base de datos está cerrada")

// Error gives an error of the database its code: a full disk is NoSpace; a failing disk, too many open files and too little
// memory are Machine; a busy or closed database is Unavailable, an ended context Timeout or Interrupted, the rest Internal.
// An animo.Error stays as it is.
func Error(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*animo.Error](err); ok {
		return err
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch primary := e.Code() & 0xff; {
		case primary == sqlite3.SQLITE_FULL, e.Code() == sqlite3.SQLITE_IOERR_SHMSIZE:
			return animo.MachineFault(syscall.ENOSPC).Because(err)
		case primary == sqlite3.SQLITE_IOERR, primary == sqlite3.SQLITE_CANTOPEN, primary == sqlite3.SQLITE_NOMEM:
			return animo.Errorf(animo.Machine,
				"the database's files cannot be read or written now (%[1]s); try again, and look after the disk and the limit of open files",
				"los archivos de la base de datos no se pueden leer ni escribir ahora (%[1]s); inténtelo de nuevo y revise el disco y el límite de archivos abiertos",
				e.Error()).Because(err)
		case primary == sqlite3.SQLITE_BUSY, primary == sqlite3.SQLITE_LOCKED:
			return animo.Errorf(animo.Unavailable,
				"the database is busy; try again", "la base de datos está ocupada; inténtelo de nuevo").Because(err)
		case primary == sqlite3.SQLITE_INTERRUPT: // how a query may end whose context did
			return animo.Ended(context.Canceled)
		}
	}
	if e := postgresError(err); e != nil {
		return e
	}
	if fault := animo.MachineFault(err); fault != nil {
		return fault
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return animo.Ended(err)
	}
	return animo.Errorf(animo.Internal, "the database failed", "falló la base de datos").Because(err)
}
