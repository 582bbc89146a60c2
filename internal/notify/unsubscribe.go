package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"animo"
	"animo/internal/erasures"
	"animo/internal/table"
)

// unsubscribeURL is where a recipient ends its subscription; "" without a public URL. Whoever has the URL can do that and
// nothing else: the URL names the subscription, and proves by the secret that its user had one of the subscription's mails.
func (n *Notifier) unsubscribeURL(tenant string, sub stored) string {
	if n.publicURL == "" {
		return ""
	}
	name := tenant + "/" + sub.ID
	return n.publicURL + "/unsubscribe/" + base64.RawURLEncoding.EncodeToString([]byte(name)) + "." + base64.RawURLEncoding.EncodeToString(proof(sub, name))
}

func proof(sub stored, name string) []byte {
	h := hmac.New(sha256.New, sub.Secrets[0].Key)
	h.Write([]byte("unsubscribe/" + name))
	return h.Sum(nil)
}

// Recipient finds the subscription that an unsubscribe URL's token is of, or answers NotFound, also where it was
// removed.
func (n *Notifier) Recipient(ctx context.Context, token string) (tenant string, s Subscription, err error) {
	unknown := animo.Errorf(animo.NotFound, "this link is of no subscription; it may have been removed already", "este enlace no es de ninguna suscripción; puede que ya se haya quitado")
	name, mac, _ := strings.Cut(token, ".")
	plain, nameErr := base64.RawURLEncoding.DecodeString(name)
	sum, macErr := base64.RawURLEncoding.DecodeString(mac)
	tenant, id, ok := strings.Cut(string(plain), "/")
	if nameErr != nil || macErr != nil || !ok || animo.CheckTenant(tenant) != nil {
		return "", s, unknown
	}
	sub, err := n.subscription(ctx, tenant, strings.ToValidUTF8(id, "?"))
	if animo.CodeOf(err) == animo.NotFound || err == nil && (sub.Kind != Email || !hmac.Equal(sum, proof(sub, string(plain)))) {
		return "", s, unknown
	}
	return tenant, sub.Subscription, err
}

// Unsubscribe ends a subscription for good. The token proves that the caller is the recipient; see Recipient for errors.
func (n *Notifier) Unsubscribe(ctx context.Context, token string) error {
	tenant, s, err := n.Recipient(ctx, token)
	if err != nil {
		return err
	}
	why := animo.ReasonOf(animo.Errorf(animo.Forbidden, "its recipient unsubscribed", "su destinatario canceló la suscripción"))
	err = n.change(ctx, tenant, s.ID, func(_ *table.Tx, s *stored) error {
		if s.State != Unsubscribed {
			s.State, s.Reason, s.Since = Unsubscribed, &why, n.now().UTC()
		}
		return nil
	})
	if err == nil {
		err = n.erasures.Note(ctx, tenant, erasures.Entry{Kind: erasures.Subscription, ID: s.ID})
	}
	if err == nil {
		n.log.InfoContext(ctx, "recipient unsubscribed", "tenant", tenant, "subscription", s.ID)
	}
	return err
}
