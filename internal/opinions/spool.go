package opinions

import (
	"errors"
	"syscall"

	"animo"
)

// spoolError tells a full disk from an upload that broke off.
func spoolError(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return animo.Errorf(animo.NoSpace, "the disk is full; nothing was kept, send it again later", "el disco está lleno; no se guardó nada, envíelo de nuevo más tarde").Because(err)
	}
	if _, ok := errors.AsType[*animo.Error](err); ok {
		return err
	}
	return animo.Errorf(animo.Unavailable, "the upload broke off; nothing was kept, send it again", "la subida se interrumpió; no se guardó nada, envíela de nuevo").Because(err)
}
