package sqldb

import (
	"errors"
	"io/fs"
	"os"

	"animo"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// openError answers for a database that cannot be opened: which file it is, why, and what to do.
func openError(path string, err error) error {
	if coded, ok := errors.AsType[*animo.Error](err); ok {
		return coded
	}
	if fault := animo.MachineFault(err); fault != nil {
		return fault
	}
	say := func(code animo.Code, en, es string) error {
		return animo.Errorf(code, "the database %[1]s cannot be opened: "+en, "no se puede abrir la base de datos %[1]s: "+es, path).Because(err)
	}
	info, statErr := os.Stat(path)
	switch {
	case statErr == nil && info.IsDir():
		return say(animo.Invalid, "it is a folder; name a file", "es una carpeta; indique un archivo")
	case errors.Is(err, fs.ErrNotExist):
		return say(animo.Invalid, "its folder is not there; make it, or name another one", "su carpeta no existe; créela o indique otra")
	case errors.Is(err, fs.ErrPermission), errors.Is(statErr, fs.ErrPermission):
		return say(animo.Forbidden, "this user may not read and write it and its folder; change their owner or mode", "este usuario no puede leerla y escribirla, o no su carpeta; cambie su dueño o sus permisos")
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_NOTADB:
			return say(animo.Invalid, "the file is no SQLite database; name another one, or move it away and restore a backup", "el archivo no es una base de datos SQLite; indique otro, o apártelo y restaure una copia")
		case sqlite3.SQLITE_CORRUPT:
			return say(animo.Internal, "the file is damaged; restore a backup", "el archivo está dañado; restaure una copia")
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
			return say(animo.Forbidden, "it may only be read; change the mode of the file and its folder, or the file system", "solo se puede leer; cambie los permisos del archivo y su carpeta, o el sistema de archivos")
		case sqlite3.SQLITE_CANTOPEN:
			return say(animo.Machine, "the system opens no more files; see the log for the cause", "el sistema no abre más archivos; la causa está en el registro")
		}
	}
	return Error(err)
}
