package notify

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"iter"
	"time"

	"animo"
	"animo/internal/table"
)

// Master is the master key as the secrets of webhooks need it. The zero Master keeps secrets plain.
type Master struct {
	Key  []byte // 32 bytes that are made of the master key; nil where this process has none
	Name string // names the master key, in 16 hexadecimal digits
	// Seals reports whether new secrets are sealed: only programs that read sealed ones may use the database. Nil means that they
	// are not.
	Seals func(ctx context.Context) (bool, error)
}

func (m Master) seals(ctx context.Context) (bool, error) {
	if m.Seals == nil {
		return false, nil
	}
	return m.Seals(ctx)
}

// A sealed key is a mark, the master key's name, a nonce, and the key encrypted by AES-256-GCM with the tenant and the subscription as
// additional data. It stands in secret.Key, where earlier releases have the plain one: one that still runs makes signatures with it
// that no receiver takes, and keeps it when it writes the row.
const (
	sealMark  = "sealed1:"
	masterLen = 8  // bytes of a master key's name
	nonceLen  = 12 // of AES-GCM
	sealedLen = len(sealMark) + masterLen + nonceLen + secretBytes + 16
)

func (s secret) sealed() bool {
	return len(s.Key) == sealedLen && bytes.HasPrefix(s.Key, []byte(sealMark))
}

// master names the master key that a sealed secret needs.
func (s secret) master() string {
	return hex.EncodeToString(s.Key[len(sealMark) : len(sealMark)+masterLen])
}

func (m Master) cipher() (cipher.AEAD, error) {
	block, err := aes.NewCipher(m.Key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// whose is the additional data of a subscription's secrets: a sealed one that is copied into another row does not open.
func whose(tenant, id string) []byte { return []byte(tenant + "/" + id) }

// seal seals a key of a subscription's secret.
func (m Master) seal(tenant, id string, key []byte) ([]byte, error) {
	if m.Key == nil {
		return nil, errNoMaster()
	}
	aead, err := m.cipher()
	if err != nil {
		return nil, err
	}
	name, err := hex.DecodeString(m.Name)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceLen)
	_, _ = rand.Read(nonce) // it never fails
	head := append(append([]byte(sealMark), name...), nonce...)
	return aead.Seal(head, nonce, key, whose(tenant, id)), nil
}

// open returns the key of a secret, plain or sealed. Its error says what the operator can do.
func (m Master) open(tenant, id string, s secret) ([]byte, error) {
	switch {
	case !s.sealed():
		return s.Key, nil
	case m.Key == nil:
		return nil, errNoMaster()
	case s.master() != m.Name:
		return nil, animo.Errorf(animo.Internal, "this webhook's secret was sealed with another master key than this process has (setting master-key, or the file master.key in the data folder); bring that one back from a backup, or make a new secret: animo subscriptions rotate %s",
			"el secreto de este webhook se selló con otra clave maestra que la de este proceso (ajuste master-key, o el archivo master.key de la carpeta de datos); recupere aquella de una copia de seguridad, o cree un secreto nuevo: animo subscriptions rotate %s", id).Of("master-key")
	}
	aead, err := m.cipher()
	if err != nil {
		return nil, err
	}
	rest := s.Key[len(sealMark)+masterLen:]
	key, err := aead.Open(nil, rest[:nonceLen], rest[nonceLen:], whose(tenant, id))
	if err != nil {
		return nil, animo.Errorf(animo.Damaged, "this webhook's secret is damaged; make a new one: animo subscriptions rotate %s",
			"el secreto de este webhook está dañado; cree uno nuevo: animo subscriptions rotate %s", id)
	}
	return key, nil
}

func errNoMaster() error {
	return animo.Errorf(animo.Internal, "the secrets of webhooks need the master key of this database, and this process has none: give it with the setting master-key (ANIMO_MASTER_KEY), or copy the file master.key into the data folder; then start again",
		"los secretos de los webhooks necesitan la clave maestra de esta base de datos, y este proceso no la tiene: indíquela con el ajuste master-key (ANIMO_MASTER_KEY), o copie el archivo master.key en la carpeta de datos; después arranque de nuevo").Of("master-key")
}

// keys returns what a webhook's messages are signed with, the newest first: the keys of the secrets that hold. Of the older ones,
// those that do not open are left out.
func (m Master) keys(tenant string, sub stored, now time.Time) (keys [][]byte, err error) {
	for i, s := range sub.Secrets {
		if !s.Until.IsZero() && !now.Before(s.Until) {
			continue
		}
		key, err := m.open(tenant, sub.ID, s)
		switch {
		case err == nil:
			keys = append(keys, key)
		case i == 0:
			return nil, err
		}
	}
	return keys, nil
}

// sealPlain seals the plain secrets of a webhook, and reports whether there were any. Those of mails stay: they prove a link with which
// its recipient ends that one subscription, also where the master key was lost.
func (m Master) sealPlain(tenant string, sub *stored) (changed bool, err error) {
	if sub.Kind != Webhook {
		return false, nil
	}
	for i := range sub.Secrets {
		s := &sub.Secrets[i]
		if s.sealed() {
			continue
		}
		if s.Key, err = m.seal(tenant, sub.ID, s.Key); err != nil {
			return false, err
		}
		changed = true
	}
	return changed, nil
}

// SealAll seals the plain secrets of a tenant's webhooks, and returns of how many webhooks. Their traces stay in the database's files
// until these are scrubbed.
func (m Master) SealAll(ctx context.Context, tables *table.Table, tenant string) (n int, err error) {
	for s, err := range Secrets(ctx, tables, tenant) {
		if err == nil && s.Plain {
			err = m.sealOne(ctx, tables, tenant, s.Subscription)
			n++
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (m Master) sealOne(ctx context.Context, tables *table.Table, tenant, id string) error {
	return tables.Update(ctx, tenant, func(tx *table.Tx) error {
		row, err := tx.Get(subscriptionsTable, id)
		if animo.CodeOf(err) == animo.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		sub, err := decode(row)
		if err != nil {
			return err
		}
		changed, err := m.sealPlain(tenant, &sub)
		if err != nil || !changed {
			return err
		}
		return tx.PutJSON(subscriptionsTable, id, sub)
	})
}

// Secret says how the secrets of a webhook are kept.
type Secret struct {
	Subscription string
	Where        string // the receiver's host
	Plain        bool   // one at least is
	Sealed       bool   // the newest is

	tenant string
	sub    stored
}

// Opens returns nil where a process with m can sign what is sent to the webhook.
func (s Secret) Opens(m Master) error {
	_, err := m.keys(s.tenant, s.sub, s.sub.Created)
	return err
}

// Secrets yields how the secrets of a tenant's webhooks are kept. What cannot be read is left out.
func Secrets(ctx context.Context, tables *table.Table, tenant string) iter.Seq2[Secret, error] {
	return func(yield func(Secret, error) bool) {
		for row, err := range tables.Query(ctx, tenant, subscriptionsTable, table.Range{}, false) {
			if err != nil {
				yield(Secret{}, err)
				return
			}
			sub, err := decode(row)
			if err != nil || sub.Kind != Webhook || len(sub.Secrets) == 0 {
				continue
			}
			s := Secret{Subscription: sub.ID, Where: sub.where(), Sealed: sub.Secrets[0].sealed(), tenant: tenant, sub: sub}
			for _, one := range sub.Secrets {
				s.Plain = s.Plain || !one.sealed()
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}

// SecretTables are the tables in which Secrets looks: a tenant without rows in them has none.
func SecretTables() []string { return []string{subscriptionsTable} }
