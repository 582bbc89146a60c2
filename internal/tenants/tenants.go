// Package tenants keeps the tenants, what each may do with photos, and their keys. An API key is 256 random bits; the table has
// only its SHA-256, so that whoever reads the table has no key (random bits of that length need no slow hash). An access key of
// AWS's protocol has a secret that the server must know to check signatures; the secret is derived from a master key that is
// not in the table. Begin at New.
package tenants

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"animo"
	"animo/internal/erasures"
	"animo/internal/table"
)

// The registry's rows belong to no tenant that a request can be.
const (
	owner        = "_animo"
	tenantsTable = "tenants" // id -> animo.Tenant
	keysTable    = "keys"    // SHA-256 of the key -> animo.Key
)

// tokenMark begins every key, so that people and secret scanners recognise a key.
const tokenMark = "animo_"

// prefixLen is how much of a key is kept to name it: the mark and 48 of its 256 bits.
const prefixLen = len(tokenMark) + 8

// Registry is the tenants and keys in a table. It is safe for concurrent use, and for use by several
// processes over one table.
type Registry struct {
	rows    *table.Table
	options Options
}

// Options are what New may be told. The zero value serves where nobody asks for a Policy.
type Options struct {
	Now                func() time.Time  // the time of creation; nil means time.Now
	Photos             animo.PhotoPolicy // what holds where a tenant says nothing; Purpose is for the tenant "default" alone
	AllowWorkEducation bool              // let tenants state the purposes work and education
	Erasures           *erasures.Log     // where it is noted which tenants were removed, and which keys revoked; nil means nowhere
	Master             []byte            // at least MasterLen random bytes from which access keys come; nil where the process has none
}

// New makes a registry over its table.
func New(rows *table.Table, o Options) *Registry {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Registry{rows, o}
}

// Add makes a tenant, whose policy may be zero. It answers Conflict when there is one of that id, and refuses
// the policies that SetPhotos does.
func (r *Registry) Add(ctx context.Context, id string, photos animo.PhotoPolicy) error {
	if err := animo.CheckTenant(id); err != nil {
		return err
	}
	if err := r.check(photos); err != nil {
		return err
	}
	var there animo.Tenant
	err := r.rows.Update(ctx, owner, func(tx *table.Tx) error {
		there = animo.Tenant{}
		if found, err := tx.GetJSON(tenantsTable, id, &there); found || err != nil {
			return err
		}
		return tx.PutJSON(tenantsTable, id, animo.Tenant{ID: id, Created: r.options.Now().UTC(), Photos: photos})
	})
	switch {
	case err != nil || there.ID == "":
		return err
	case !there.Removed.IsZero():
		until := there.Removed.Add(removalTime)
		return animo.Errorf(animo.Conflict, "the last tenant %q is still being forgotten; the name is free from %s on", "el último inquilino %q todavía se está olvidando; el nombre queda libre desde %s", id, until.Format(time.RFC3339)).Of("tenant")
	}
	return animo.Errorf(animo.Conflict, "there is a tenant %q already", "ya existe el inquilino %q", id).Of("tenant")
}

// Ensure makes a tenant with a zero policy unless it is there.
func (r *Registry) Ensure(ctx context.Context, id string) error {
	if err := r.Add(ctx, id, animo.PhotoPolicy{}); err != nil && animo.CodeOf(err) != animo.Conflict {
		return err
	}
	return nil
}

// List returns all tenants in use by id. Where a row cannot be read, it returns the others with an error that names the row.
func (r *Registry) List(ctx context.Context) ([]animo.Tenant, error) {
	list, err := r.all(ctx)
	return slices.DeleteFunc(list, func(t animo.Tenant) bool { return !t.Removed.IsZero() }), err
}

// all is List with the tenants that were removed, too.
func (r *Registry) all(ctx context.Context) (list []animo.Tenant, unreadable error) {
	list = []animo.Tenant{}
	for row, err := range table.JSONRows[animo.Tenant](ctx, r.rows, owner, tenantsTable, table.Range{}, false) {
		if err != nil {
			unreadable = errors.Join(unreadable, err)
			continue
		}
		list = append(list, row.Value)
	}
	return list, unreadable
}

// Get reads one tenant in use, or answers NotFound.
func (r *Registry) Get(ctx context.Context, id string) (t animo.Tenant, err error) {
	_, err = r.rows.GetJSON(ctx, owner, tenantsTable, id, &t)
	if animo.CodeOf(err) == animo.NotFound || err == nil && !t.Removed.IsZero() {
		err = noTenant(id)
	}
	return t, err
}

// Exists answers NotFound unless there is a tenant of that id.
func (r *Registry) Exists(ctx context.Context, id string) error {
	_, err := r.Get(ctx, id)
	return err
}

// get is Get in a transaction.
func get(tx *table.Tx, id string) (t animo.Tenant, err error) {
	found, err := tx.GetJSON(tenantsTable, id, &t)
	if err == nil && (!found || !t.Removed.IsZero()) {
		err = noTenant(id)
	}
	return t, err
}

func noTenant(id string) error {
	return animo.Errorf(animo.NotFound, "there is no tenant %q", "no existe el inquilino %q", animo.Clip(id)).Of("tenant")
}

// removalTime is for how long nobody else can have a removed tenant's name: longer than work that was under way at the
// removal can still write.
const removalTime = 5 * time.Minute

// Remove removes a tenant: nobody finds it any more, its keys open nothing, and erase removes its data. Work that was under
// way may still write some; Finish removes that, too.
func (r *Registry) Remove(ctx context.Context, id string, erase func(ctx context.Context, tenant string) error) error {
	if id == animo.DefaultTenant {
		return animo.Errorf(animo.Invalid, "the tenant %q is everybody's while no key exists, and stays; delete its models and datasets instead", "el inquilino %q es el de todos mientras no hay clave, y se queda; borre sus modelos y conjuntos de datos", id).Of("tenant")
	}
	var removed animo.Tenant
	err := r.rows.Update(ctx, owner, func(tx *table.Tx) error {
		t, err := get(tx, id)
		if err != nil {
			return err
		}
		removed = t
		t.Removed = r.options.Now().UTC()
		if err := tx.PutJSON(tenantsTable, id, t); err != nil {
			return err
		}
		return r.removeKeys(ctx, tx, id) // in the same commit, so that no key of a removed tenant, perhaps an administrator's, opens anything
	})
	if err != nil {
		return err
	}
	return r.forget(ctx, removed, erase)
}

// removeKeys removes all keys of a tenant, of both kinds.
func (r *Registry) removeKeys(ctx context.Context, tx *table.Tx, tenant string) error {
	for _, tbl := range []string{keysTable, accessKeysTable} {
		for row, err := range table.ReadableRows[animo.Key](ctx, r.rows, owner, tbl, table.Range{}, false) {
			if err != nil {
				return err
			}
			if row.Value.Tenant == tenant {
				tx.Delete(tbl, row.Key)
			}
		}
	}
	return nil
}

func (r *Registry) forget(ctx context.Context, t animo.Tenant, erase func(ctx context.Context, tenant string) error) error {
	err := r.rows.Update(ctx, owner, func(tx *table.Tx) error { return r.removeKeys(ctx, tx, t.ID) })
	if err == nil {
		err = r.options.Erasures.NoteTenant(ctx, t)
	}
	if err != nil {
		return err
	}
	return erase(ctx, t.ID)
}

// Finish calls erase once more for removed tenants, and frees the names of those that were removed long enough ago. It also
// ends a removal that broke off. A tenant for whom it fails does not hold up the others. Run it now and then.
func (r *Registry) Finish(ctx context.Context, erase func(ctx context.Context, tenant string) error) error {
	list, err := r.all(ctx)
	errs := []error{err}
	for _, t := range list {
		if t.Removed.IsZero() {
			continue
		}
		if err := r.finish(ctx, t, erase); err != nil {
			errs = append(errs, fmt.Errorf("tenant %s, removed: %w", t.ID, err))
		}
	}
	return errors.Join(errs...)
}

func (r *Registry) finish(ctx context.Context, t animo.Tenant, erase func(ctx context.Context, tenant string) error) error {
	err := r.forget(ctx, t, erase)
	if err == nil && r.options.Now().Sub(t.Removed) >= removalTime {
		err = r.rows.DeleteKey(ctx, owner, tenantsTable, t.ID)
	}
	return err
}

// AddKey makes a key for a tenant and returns it, once; it cannot be read again.
func (r *Registry) AddKey(ctx context.Context, tenant, note string) (token string, key animo.Key, err error) {
	return r.addKey(ctx, animo.Key{Tenant: tenant, Note: note})
}

// AddAdministratorKey is AddKey for an administrator, who may also look after all tenants and keys. For everything else the
// key is the tenant's.
func (r *Registry) AddAdministratorKey(ctx context.Context, tenant, note string) (token string, key animo.Key, err error) {
	return r.addKey(ctx, animo.Key{Tenant: tenant, Note: note, Administrator: true})
}

// addKey makes a key, and fills in its prefix and when it was made.
func (r *Registry) addKey(ctx context.Context, key animo.Key) (string, animo.Key, error) {
	var secret [32]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return "", animo.Key{}, err
	}
	token := tokenMark + base64.RawURLEncoding.EncodeToString(secret[:])
	key.Prefix, key.Created = token[:prefixLen], r.options.Now().UTC()
	err := r.rows.Update(ctx, owner, func(tx *table.Tx) error {
		if _, err := get(tx, key.Tenant); err != nil {
			return err
		}
		return tx.PutJSON(keysTable, hashOf(token), key)
	})
	if err != nil {
		return "", animo.Key{}, err
	}
	return token, key, nil
}

// Keys lists the keys of a tenant, or with "" those of all, of both kinds, the oldest first.
func (r *Registry) Keys(ctx context.Context, tenant string) ([]animo.Key, error) {
	kept, err := r.keys(ctx, keysTable, tenant)
	if err != nil {
		return nil, err
	}
	access, err := r.keys(ctx, accessKeysTable, tenant)
	if err != nil {
		return nil, err
	}
	kept = append(kept, access...)
	slices.SortStableFunc(kept, func(a, b animo.Key) int { return a.Created.Compare(b.Created) })
	return kept, err
}

// KeysOf is Keys for one tenant. It answers NotFound when there is no such tenant.
func (r *Registry) KeysOf(ctx context.Context, tenant string) ([]animo.Key, error) {
	if err := r.Exists(ctx, tenant); err != nil {
		return nil, err
	}
	return r.Keys(ctx, tenant)
}

// RevokeOf is Revoke for a key of one tenant. It answers NotFound when there is no such tenant, or when it has no
// such key.
func (r *Registry) RevokeOf(ctx context.Context, tenant, prefix string) error {
	keys, err := r.KeysOf(ctx, tenant)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(keys, func(k animo.Key) bool { return k.Prefix == prefix }) {
		return animo.Errorf(animo.NotFound, "tenant %q has no key %q", "el inquilino %q no tiene ninguna clave %q", tenant, animo.Clip(prefix)).Of("id")
	}
	return r.Revoke(ctx, prefix)
}

// keys lists the keys of one kind.
func (r *Registry) keys(ctx context.Context, tbl, tenant string) ([]animo.Key, error) {
	list := []animo.Key{}
	for row, err := range table.ReadableRows[animo.Key](ctx, r.rows, owner, tbl, table.Range{}, false) {
		if err != nil {
			return nil, err
		}
		if tenant == "" || row.Value.Tenant == tenant {
			list = append(list, row.Value)
		}
	}
	return list, nil
}

// Revoke removes the key of that prefix, or the access key of that ID. From then on the key opens nothing, on every instance. It
// answers NotFound when there is none.
func (r *Registry) Revoke(ctx context.Context, prefix string) error {
	n, err := r.rows.Delete(ctx, owner, accessKeysTable, table.One(prefix))
	if err != nil {
		return err
	}
	if n > 0 {
		return r.options.Erasures.NoteKey(ctx, prefix)
	}
	for row, err := range table.ReadableRows[animo.Key](ctx, r.rows, owner, keysTable, table.Range{}, false) {
		if err != nil {
			return err
		}
		if row.Value.Prefix == prefix {
			if err := r.rows.DeleteKey(ctx, owner, keysTable, row.Key); err != nil {
				return err
			}
			return r.options.Erasures.NoteKey(ctx, prefix)
		}
	}
	return animo.Errorf(animo.NotFound, "no key begins with %q; animo keys list shows how they begin", "ninguna clave empieza por %q; animo keys list muestra cómo empiezan", animo.Clip(prefix)).Of("prefix")
}

// Locked reports whether there is any key, of either kind, so that a request must bring one.
func (r *Registry) Locked(ctx context.Context) (bool, error) {
	for _, tbl := range []string{keysTable, accessKeysTable} {
		for _, err := range r.rows.Query(ctx, owner, tbl, table.Range{}, false) {
			return err == nil, err
		}
	}
	return false, nil
}

// KeyOf returns the key that a token is, and so whose it is, or answers Unauthenticated.
func (r *Registry) KeyOf(ctx context.Context, token string) (k animo.Key, err error) {
	_, err = r.rows.GetJSON(ctx, owner, keysTable, hashOf(token), &k)
	if animo.CodeOf(err) == animo.NotFound {
		return k, animo.Errorf(animo.Unauthenticated, "this key is not known; it may have been revoked", "esta clave no se conoce; puede haber sido revocada")
	}
	return k, err
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
