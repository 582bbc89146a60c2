package app

import "animo"

// room returns a check that so many bytes more leave minFree bytes on the disk that holds a folder.
func room(dir string, minFree int64) func(bytes int64) error {
	return func(bytes int64) error {
		free, err := freeBytes(dir)
		if err != nil || free-bytes >= minFree { // where the system does not say, a write to a full disk fails
			return nil
		}
		return animo.Errorf(animo.NoSpace,
			"the disk is nearly full: %d MiB are free and %d MiB must stay so (setting min-free); nothing was kept, send it again when there is room",
			"el disco está casi lleno: quedan %d MiB y deben quedar libres %d MiB (ajuste min-free); no se guardó nada, envíelo de nuevo cuando haya sitio",
			free>>20, minFree>>20)
	}
}
