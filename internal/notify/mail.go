package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"animo"
)

// Mail is the server that mail is handed to. Without a Host, no mail is sent.
type Mail struct {
	Host     string
	Port     int    // 0 means 587, or 465 where TLS is TLSAlways
	User     string // "" for none; needs a TLS that is not TLSNever
	Password string
	From     string // an address, with or without a name
	TLS      string // one of the below; "" means TLSStart
}

// How the connection to the mail server is protected.
const (
	TLSStart  = "starttls" // begins in the clear and is refused unless it becomes encrypted
	TLSAlways = "tls"      // is encrypted from the start
	TLSNever  = "none"     // is in the clear, for a server on this machine
)

// mailer hands mail to a server, over a connection for each mail.
type mailer struct {
	client *mail.Client
	from   string
	domain string // of From, for the messages' ids
}

func newMailer(m Mail, limit time.Duration, roots *x509.CertPool) (*mailer, error) {
	options := []mail.Option{
		mail.WithTimeout(limit), mail.WithTLSConfig(&tls.Config{ServerName: m.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}),
	}
	switch m.TLS {
	case "", TLSStart:
		options = append(options, mail.WithTLSPortPolicy(mail.TLSMandatory))
	case TLSAlways:
		options = append(options, mail.WithSSLPort(false))
	case TLSNever:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS), mail.WithPort(mail.DefaultPortTLS))
	}
	if m.Port != 0 {
		options = append(options, mail.WithPort(m.Port))
	}
	if m.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.User), mail.WithPassword(m.Password))
	}
	client, err := mail.NewClient(m.Host, options...)
	if err != nil {
		return nil, err
	}
	probe := mail.NewMsg()
	if err := probe.From(m.From); err != nil {
		return nil, animo.Errorf(animo.Invalid, "%q is no sender for mail", "%q no es un remitente de correo", m.From).Of("smtp-from")
	}
	_, domain, _ := strings.Cut(probe.GetFrom()[0].Address, "@")
	return &mailer{client, m.From, domain}, nil
}

// letter is one mail.
type letter struct {
	to, subject, id, lang string
	text, html            string  // html is "" for a mail of text alone
	images                []image // that html shows
	unsubscribe           string  // URL; "" for none
}

// image is a JPEG in a mail, shown by its name as a cid: URL.
type image struct {
	name string
	jpeg []byte
}

// send hands a mail to the server. Nil says that the server took the mail, not that anybody read it.
func (m *mailer) send(ctx context.Context, l letter, now time.Time) error {
	msg := mail.NewMsg()
	if err := errors.Join(msg.From(m.from), msg.To(l.to)); err != nil {
		return animo.Errorf(animo.Invalid, "the mail's addresses cannot be written", "no se pueden escribir las direcciones del correo").Because(err)
	}
	msg.Subject(l.subject)
	msg.SetMessageIDWithValue(l.id + "@" + m.domain)
	msg.SetDateWithValue(now)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers
	text := l.text
	if l.unsubscribe != "" {
		if strings.HasPrefix(l.unsubscribe, "https:") { // RFC 8058 asks for it
			if err := msg.SetListUnsubscribeOneClick(l.unsubscribe); err != nil {
				return err
			}
		} else {
			msg.SetListUnsubscribe(l.unsubscribe)
		}
		text += "\n\n-- \n" + in(l.lang, "No more of these mails: ", "No recibir más estos correos: ") + l.unsubscribe + "\n"
	}
	msg.SetBodyString(mail.TypeTextPlain, text)
	if l.html != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, l.html)
	}
	for _, i := range l.images {
		if err := msg.EmbedReader(i.name, bytes.NewReader(i.jpeg), mail.WithFileContentID(i.name), mail.WithFileContentType("image/jpeg")); err != nil {
			return err
		}
	}
	if err := m.client.DialAndSendWithContext(ctx, msg); err != nil && !msg.IsDelivered() {
		return mailReason(err)
	}
	return nil
}

// mailReason puts into words why a mail was not taken, without its addresses.
func mailReason(err error) error {
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return animo.Errorf(animo.Unavailable, "the mail server answered %d", "el servidor de correo respondió %d", e.Code).Because(err)
	}
	if e, ok := errors.AsType[*mail.SendError](err); ok && e.ErrorCode() != 0 {
		return animo.Errorf(animo.Unavailable, "the mail server answered %d", "el servidor de correo respondió %d", e.ErrorCode()).Because(err)
	}
	if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() {
		return animo.Errorf(animo.Timeout, "the mail server did not answer in time", "el servidor de correo no respondió a tiempo").Because(err)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return animo.Errorf(animo.Unavailable, "the mail server's certificate is not valid for its name", "el certificado del servidor de correo no es válido para su nombre").Because(err)
	}
	return animo.Errorf(animo.Unavailable, "the mail server cannot be reached, offers no encryption, or refuses the user", "no se alcanza al servidor de correo, no ofrece cifrado o rechaza al usuario").Because(err)
}

// in picks the wording in a language.
func in(lang, en, es string) string {
	if lang == "es" {
		return es
	}
	return en
}
