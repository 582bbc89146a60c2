package tenants

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"animo"
	"animo/internal/table"
)

// accessKeysTable holds the access keys of AWS's protocol: ID -> accessKey. Their secrets are not stored.
const accessKeysTable = "access-keys"

// accessKeyMark begins the ID of every access key. Behind it come 15 characters of base 32, as in AWS's own.
const accessKeyMark = "ANIMO"

const accessKeyLen = len(accessKeyMark) + 15

// MasterLen is how many bytes Options.Master has at least.
const MasterLen = 32

// accessKey is what is stored of an access key.
type accessKey struct {
	animo.Key
	Master string `json:"master"` // the name of the master key that the secret comes from; see MasterName
}

// AddAccessKey makes an access key for a tenant, with which requests of AWS's protocol are signed, and returns its
// secret, which no list shows. key.Prefix is the access key's ID.
func (r *Registry) AddAccessKey(ctx context.Context, tenant, note string) (secret string, key animo.Key, err error) {
	if len(r.options.Master) < MasterLen {
		return "", animo.Key{}, noMaster()
	}
	id := accessKeyMark + rand.Text()[:accessKeyLen-len(accessKeyMark)]
	key = animo.Key{Prefix: id, Tenant: tenant, Note: note, Created: r.options.Now().UTC(), AWS: true}
	err = r.rows.Update(ctx, owner, func(tx *table.Tx) error {
		_, err := get(tx, tenant)
		if err == nil {
			err = r.bind(tx)
		}
		if err != nil {
			return err
		}
		return tx.PutJSON(accessKeysTable, id, accessKey{key, r.MasterName()})
	})
	if err != nil {
		return "", animo.Key{}, err
	}
	return r.secretOf(id), key, nil
}

// Secret returns whose an access key is, and its secret, or answers Unauthenticated.
func (r *Registry) Secret(ctx context.Context, id string) (tenant, secret string, err error) {
	unknown := animo.Errorf(animo.Unauthenticated, "this access key is not known; it may have been revoked", "esta clave de acceso no se conoce; puede haber sido revocada")
	if len(id) != accessKeyLen || !strings.HasPrefix(id, accessKeyMark) {
		return "", "", unknown
	}
	var k accessKey
	_, err = r.rows.GetJSON(ctx, owner, accessKeysTable, id, &k)
	switch code := animo.CodeOf(err); {
	case code == animo.NotFound || code == animo.Invalid: // Invalid is for what cannot be a row's key
		return "", "", unknown
	case err != nil:
		return "", "", err
	}
	if len(r.options.Master) < MasterLen {
		return "", "", noMaster()
	}
	if k.Master != r.MasterName() {
		return "", "", otherMaster()
	}
	return k.Tenant, r.secretOf(id), nil
}

// secretOf derives the secret of an access key: 240 bits, as 40 characters like AWS's own.
func (r *Registry) secretOf(id string) string {
	return base64.StdEncoding.EncodeToString(r.derive("secret of " + id))[:40]
}

// MasterName names the master key, and reveals nothing of it.
func (r *Registry) MasterName() string { return hex.EncodeToString(r.derive("name")[:8]) }

// KeyFor makes a key of 32 bytes of the master key, another one for each use; nil without a master key.
func (r *Registry) KeyFor(use string) []byte {
	if len(r.options.Master) < MasterLen {
		return nil
	}
	h := hmac.New(sha256.New, r.options.Master)
	h.Write([]byte(use))
	return h.Sum(nil)
}

func (r *Registry) derive(what string) []byte {
	h := hmac.New(sha256.New, r.options.Master)
	h.Write([]byte("animo access keys: " + what))
	return h.Sum(nil)
}

// noMaster is the answer where this process has no master key, and so can neither make nor check access keys.
func noMaster() error {
	return animo.Errorf(animo.Internal, "access keys need the master key of this database, and this process has none: give it with the setting master-key (ANIMO_MASTER_KEY), or copy the file master.key into the data folder; then start again",
		"las claves de acceso necesitan la clave maestra de esta base de datos, y este proceso no la tiene: indíquela con el ajuste master-key (ANIMO_MASTER_KEY), o copie el archivo master.key en la carpeta de datos; después arranque de nuevo").Of("master-key")
}

// otherMaster is the answer for an access key that was made with another master key.
func otherMaster() error {
	return animo.Errorf(animo.Internal, "this access key was made with another master key than this process has (setting master-key, or the file master.key in the data folder); bring that one back from a backup, or make another access key: animo keys add --aws",
		"esta clave de acceso se creó con otra clave maestra que la de este proceso (ajuste master-key, o el archivo master.key de la carpeta de datos); recupere aquella de una copia de seguridad, o cree otra clave de acceso: animo keys add --aws").Of("master-key")
}
