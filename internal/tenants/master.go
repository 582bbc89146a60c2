package tenants

import (
	"context"

	"animo"
	"animo/internal/table"
)

// masterTable holds, in one row, the name of the master key that the database is bound to. The name reveals nothing of the key.
const masterTable = "master"

const masterRow = "name"

// NeedsMaster reports whether the database is bound to a master key: it keeps the name of one, or access keys that an earlier
// release made. Then a process that has no key must not make one.
func (r *Registry) NeedsMaster(ctx context.Context) (bool, error) {
	rows, err := r.rows.Read(ctx, owner, table.Key{Table: masterTable, Key: masterRow})
	if err != nil || rows[0].Rev != 0 {
		return err == nil, err
	}
	for _, err := range r.rows.Keys(ctx, owner, accessKeysTable, table.Range{}) {
		return err == nil, err
	}
	return false, nil
}

// BoundMaster returns the name of the master key that the database is bound to; "" for none.
func (r *Registry) BoundMaster(ctx context.Context) (string, error) {
	rows, err := r.rows.Read(ctx, owner, table.Key{Table: masterTable, Key: masterRow})
	if err != nil {
		return "", err
	}
	return string(rows[0].Value), nil
}

// BindMaster binds the database to Options.Master, where no earlier process has bound it. It answers Forbidden where the
// database is bound to another key.
func (r *Registry) BindMaster(ctx context.Context) error {
	return r.rows.Update(ctx, owner, r.bind)
}

func (r *Registry) bind(tx *table.Tx) error {
	row, err := tx.Get(masterTable, masterRow)
	switch {
	case animo.CodeOf(err) == animo.NotFound:
		tx.Put(masterTable, masterRow, []byte(r.MasterName()))
		return nil
	case err == nil && string(row.Value) != r.MasterName():
		return animo.Errorf(animo.Forbidden, "this database goes with another master key: give its key with the setting master-key (ANIMO_MASTER_KEY), or put its file master.key into the data folder in place of the one there; without any key, all but access keys and webhooks works; where the key is lost, revoke the access keys, then run animo keys forget-master without a key",
			"esta base de datos va con otra clave maestra: indique su clave con el ajuste master-key (ANIMO_MASTER_KEY), o ponga su archivo master.key en la carpeta de datos en lugar del que hay; sin ninguna clave funciona todo menos las claves de acceso y los webhooks; si la clave se perdió, revoque las claves de acceso y ejecute animo keys forget-master sin clave").Of("master-key")
	}
	return err
}

// ForgetMaster unbinds the database from its master key, so that another key can take the place of one that was lost. It
// answers Conflict while there are access keys, whose secrets come from the lost key alone. What was sealed with it does not open any
// more.
func (r *Registry) ForgetMaster(ctx context.Context) error {
	return r.rows.Update(ctx, owner, func(tx *table.Tx) error {
		if _, err := tx.Get(masterTable, masterRow); err != nil && animo.CodeOf(err) != animo.NotFound {
			return err
		}
		keys, err := r.keys(ctx, accessKeysTable, "")
		if err != nil {
			return err
		}
		if len(keys) > 0 {
			return animo.Errorf(animo.Conflict, "there are %d access keys made with the master key; revoke them first: animo keys revoke %s",
				"hay %d claves de acceso hechas con la clave maestra; revóquelas antes: animo keys revoke %s", len(keys), keys[0].Prefix)
		}
		tx.Delete(masterTable, masterRow)
		return nil
	})
}
