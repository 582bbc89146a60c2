package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"animo"
	"animo/internal/config"
	"animo/internal/durable"
	"animo/internal/table"
	"animo/internal/tenants"
)

// openRegistry opens the tenants with the master key in the settings or the data folder. Where there is none it makes one,
// unless the database is bound to a key already: then the registry has none, and access keys and the secrets of webhooks do not work. It answers
// Forbidden where the database is bound to another key.
func openRegistry(ctx context.Context, tables *table.Table, o tenants.Options, c config.Stores) (*tenants.Registry, error) {
	path := masterPath(c.Data)
	key, err := givenMasterKey(c.MasterKey, path)
	if err != nil {
		return nil, err
	}
	made := false
	if key == nil {
		bound, err := tenants.New(tables, o).NeedsMaster(ctx)
		if err != nil {
			return nil, err
		}
		if bound {
			return tenants.New(tables, o), nil
		}
		if key, err = madeMasterKey(path); err != nil {
			return nil, err
		}
		made = true
	}
	without := o
	o.Master = key
	registry := tenants.New(tables, o)
	err = registry.BindMaster(ctx)
	if made && animo.CodeOf(err) == animo.Forbidden { // a process with another data folder bound the database first
		return tenants.New(tables, without), os.Remove(path)
	}
	return registry, err
}

// masterPath is the file of the master key in a data folder.
func masterPath(data string) string { return filepath.Join(data, "master.key") }

// givenMasterKey returns the key in the setting, which is a file's path or base64, or else the key in the data folder's file;
// nil where there is neither.
func givenMasterKey(setting, path string) (key []byte, err error) {
	if setting == "" {
		key, err = os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return checkMasterKey(path, key, err)
	}
	key, err = os.ReadFile(setting)
	if err == nil {
		return checkMasterKey(setting, key, nil)
	}
	text := strings.TrimRight(setting, "=")
	if key, decodeErr := base64.RawStdEncoding.DecodeString(text); decodeErr == nil && len(key) >= tenants.MasterLen {
		return key, nil
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, animo.Errorf(animo.Forbidden, "master-key: the file may not be read by this user", "master-key: este usuario no puede leer el archivo").Of("master-key").Because(err)
	}
	return nil, animo.Errorf(animo.Invalid, "master-key: is neither a file that is there nor at least %d bytes in base64, such as openssl rand -base64 32 prints", // the value may be a secret
		"master-key: no es un archivo que exista ni al menos %d bytes en base64, como los que escribe openssl rand -base64 32", tenants.MasterLen).Of("master-key")
}

func checkMasterKey(path string, key []byte, err error) ([]byte, error) {
	if err == nil && len(key) < tenants.MasterLen {
		err = animo.Errorf(animo.Invalid, "%s has %d bytes, not %d; bring it back from a backup, or give the key with the setting master-key",
			"%s tiene %d bytes, no %d; recupérelo de una copia de seguridad, o indique la clave con el ajuste master-key", path, len(key), tenants.MasterLen).Of("master-key")
	}
	return key, err
}

// madeMasterKey returns the key in a data folder's file, which only the file's owner may read. The first caller makes it.
func madeMasterKey(path string) ([]byte, error) {
	if err := makeMasterKey(path); err != nil {
		return nil, err
	}
	key, err := os.ReadFile(path)
	return checkMasterKey(path, key, err)
}

// makeMasterKey makes the file, whole and on disk, unless another process is first.
func makeMasterKey(path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "master-*.tmp") // only its owner may read it
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	var key [tenants.MasterLen]byte
	_, _ = rand.Read(key[:]) // never fails
	_, err = f.Write(key[:])
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := os.Rename(f.Name(), path); err != nil { // where the file system has no links
			return err
		}
	}
	return durable.SyncFolder(filepath.Dir(path))
}
