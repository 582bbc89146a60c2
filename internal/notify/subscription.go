package notify

import (
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"animo"
)

// Kind says how a subscriber is told.
type Kind string

// The kinds.
const (
	Webhook Kind = "webhook"
	Email   Kind = "email"
)

// State says whether a subscriber is told.
type State string

// The states.
const (
	Active       State = "active"
	Paused       State = "paused"       // it was down too long or said that it wants no more; what comes waits until it is resumed
	Unsubscribed State = "unsubscribed" // its recipient wants no more mail, for good
)

// Opinions in a Filter's About chooses the ends of trainings and batches in place of faces.
const Opinions = "opinions"

// Filter chooses what is told. The zero Filter chooses all faces.
type Filter struct {
	About         string     `json:"about,omitempty"`          // empty: faces; or Opinions, for which of the others Model alone counts
	Model         string     `json:"model,omitempty"`          // of opinions; empty: every model
	Mood          animo.Mood `json:"mood,omitempty"`           // empty: every mood
	Person        string     `json:"person,omitempty"`         // empty: anybody
	Source        *string    `json:"source,omitempty"`         // nil: every source
	MinConfidence float64    `json:"min_confidence,omitempty"` // of the most probable emotion, in percent
}

// Matches reports whether f chooses a face.
func (f Filter) Matches(r *animo.MoodRecord) bool {
	return f.About == "" && (f.Mood == "" || r.Mood == f.Mood) && (f.Source == nil || r.Source == *f.Source) &&
		r.ImageData.Emotion.Confidence >= f.MinConfidence &&
		(f.Person == "" || slices.ContainsFunc(r.ImageData.Celebrities, func(c animo.Celebrity) bool { return c.Name == f.Person }))
}

func (f Filter) equal(g Filter) bool {
	same := f.Source == g.Source || f.Source != nil && g.Source != nil && *f.Source == *g.Source
	f.Source, g.Source = nil, nil
	return same && f == g
}

// Spec is what a subscription is to be.
type Spec struct {
	Kind     Kind          `json:"kind"`
	Target   string        `json:"target"` // a URL, or an e-mail address without a name
	Filter   Filter        `json:"filter"`
	Language string        `json:"language,omitempty"` // of mail: "en", the default, or "es"
	Subject  string        `json:"subject,omitempty"`  // of mail; "" means DefaultSubject
	Digest   time.Duration `json:"digest,omitempty"`   // of mail: the interval whose faces come in one mail; 0 for a mail for each face
}

// DefaultSubject is the subject of the photo report's mails.
const DefaultSubject = "ThemeNewImage"

// Subscription is who is told of what, and how.
type Subscription struct {
	ID string `json:"id"` // begins with the moment it was made
	Spec
	State   State         `json:"state"`
	Reason  *animo.Reason `json:"reason,omitempty"` // why the subscription is not active, or is told nothing although it is
	Since   time.Time     `json:"since,omitzero"`   // when it ceased to be active
	Created time.Time     `json:"created"`

	// The state of the line; not kept in the subscription's row.
	Waiting int64     `json:"-"` // about how many deliveries wait
	Failing time.Time `json:"-"` // when the first of the attempts that failed in a row was; zero where the last one did not fail
	Next    time.Time `json:"-"` // when the next attempt after a failed one is
}

// where names the target by its host alone, for the recipients of other subscriptions: a webhook's path is often a secret,
// and an address is somebody's.
func (s *Subscription) where() string {
	if s.Kind == Email {
		_, domain, _ := strings.Cut(s.Target, "@")
		return domain
	}
	u, err := url.Parse(s.Target)
	if err != nil {
		return string(s.Kind)
	}
	return u.Host
}

// stored is a subscription's row. The secrets are those of its webhook's signatures, the newest first, plain or sealed, and of
// its mails' links, plain.
type stored struct {
	Subscription
	Secrets []secret `json:"secrets"`

	rev int64
}

// secret is a key for signatures, plain or sealed (see sealMark), and when it is not used any more; zero for the newest.
type secret struct {
	Key   []byte    `json:"key"`
	Until time.Time `json:"until,omitzero"`
}

// The limits of a subscription's texts and of a digest's interval.
const (
	maxTarget  = 2048
	maxSubject = 200
	maxDigest  = 7 * 24 * time.Hour
)

// check fills in the defaults of a spec, or answers what is wrong with it.
func (n *Notifier) check(s Spec) (Spec, error) {
	if s.Filter.Mood != "" && !slices.Contains(animo.Moods(), s.Filter.Mood) {
		return s, animo.Errorf(animo.Invalid, "there is no mood %q; use one of %v", "no existe el ánimo %q; use uno de %v", animo.Clip(string(s.Filter.Mood)), animo.Moods()).Of("filter.mood")
	}
	if !(s.Filter.MinConfidence >= 0 && s.Filter.MinConfidence <= 100) {
		return s, animo.Errorf(animo.Invalid, "min_confidence is no percentage; use 0 to 100", "min_confidence no es un porcentaje; use de 0 a 100").Of("filter.min_confidence")
	}
	switch face := (Filter{About: s.Filter.About, Model: s.Filter.Model}); {
	case s.Filter.About != "" && s.Filter.About != Opinions:
		return s, animo.Errorf(animo.Invalid, "there is nothing called %q to be told of; use faces or opinions", "no hay nada llamado %q de lo que avisar; use faces u opinions", animo.Clip(s.Filter.About)).Of("filter.about")
	case s.Filter.About == "" && s.Filter.Model != "":
		return s, animo.Errorf(animo.Invalid, "a model chooses among opinions; say about: opinions", "un modelo elige entre opiniones; diga about: opinions").Of("filter.model")
	case s.Filter.About == Opinions && !s.Filter.equal(face):
		return s, animo.Errorf(animo.Invalid, "mood, person, source and min_confidence choose faces; leave them out", "mood, person, source y min_confidence eligen rostros; quítelos").Of("filter.about")
	case s.Filter.About == Opinions && s.Digest != 0:
		return s, animo.Errorf(animo.Invalid, "digests are of faces; leave it out", "los resúmenes son de rostros; quítelo").Of("digest_minutes")
	}
	if len(s.Target) > maxTarget {
		return s, animo.Errorf(animo.TooLarge, "the target has more than %d bytes", "el destino tiene más de %d bytes", maxTarget).Of("target")
	}
	switch s.Kind {
	case Webhook:
		if s.Language != "" || s.Subject != "" || s.Digest != 0 {
			return s, animo.Errorf(animo.Invalid, "language, subject and digest are for e-mail; leave them out", "idioma, asunto y resumen son para correo; quítelos").Of("kind")
		}
		return s, n.checkURL(s.Target)
	case Email:
		return n.checkMail(s)
	}
	return s, animo.Errorf(animo.Invalid, "there is no kind %q; use webhook or email", "no existe el tipo %q; use webhook o email", animo.Clip(string(s.Kind))).Of("kind")
}

// checkURL refuses what no webhook can be sent to. Where a name leads is seen when it is dialled.
func (n *Notifier) checkURL(target string) error {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "" || u.Fragment != "" {
		return animo.Errorf(animo.Invalid, "%q is no URL like https://example.com/hook", "%q no es una URL como https://example.com/hook", animo.Clip(target)).Of("target")
	}
	switch {
	case u.User != nil:
		return animo.Errorf(animo.Invalid, "a webhook's URL has no user in it; its signature proves who sends", "la URL de un webhook no lleva usuario; su firma prueba quién envía").Of("target")
	case u.Scheme == "http" && !n.private:
		return animo.Errorf(animo.Invalid, "a webhook needs https, because faces are told to it", "un webhook necesita https, pues se le cuentan rostros").Of("target")
	case n.private:
		return nil
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip, err := netip.ParseAddr(host); err == nil && !public(ip) || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return errPrivate().Of("target")
	}
	return nil
}

func errPrivate() *animo.Error {
	return animo.Errorf(animo.Forbidden, "this address is in a private network; the setting allow-private-webhooks permits it", "esta dirección está en una red privada; el ajuste allow-private-webhooks lo permite")
}

// breaksLine reports whether a character may end a line or change the direction of what follows: some mail programs and
// servers take U+2028 for a new line.
func breaksLine(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

func (n *Notifier) checkMail(s Spec) (Spec, error) {
	if n.mail == nil {
		return s, animo.Errorf(animo.Unsupported, "this server sends no mail; its operator can set smtp-host", "este servidor no envía correo; su operador puede ajustar smtp-host").Of("kind")
	}
	a, err := mail.ParseAddress(s.Target)
	if err != nil || a.Name != "" || a.Address != s.Target || strings.ContainsFunc(s.Target, func(r rune) bool { return breaksLine(r) || unicode.Is(unicode.Cf, r) }) {
		return s, animo.Errorf(animo.Invalid, "%q is no e-mail address like ana@example.com", "%q no es una dirección de correo como ana@example.com", animo.Clip(s.Target)).Of("target")
	}
	if s.Language == "" {
		s.Language = "en"
	}
	if s.Language != "en" && s.Language != "es" {
		return s, animo.Errorf(animo.Invalid, "mail is written in en or es", "el correo se escribe en en o es").Of("language")
	}
	if s.Subject == "" && s.Filter.About == Opinions {
		s.Subject = "Animo"
	}
	if s.Subject == "" {
		s.Subject = DefaultSubject
	}
	if len(s.Subject) > maxSubject || !utf8.ValidString(s.Subject) || strings.ContainsFunc(s.Subject, breaksLine) {
		return s, animo.Errorf(animo.Invalid, "a subject is one line of at most %d bytes", "un asunto es una línea de %d bytes como mucho", maxSubject).Of("subject")
	}
	if s.Digest < 0 || s.Digest > maxDigest || s.Digest%time.Minute != 0 {
		return s, animo.Errorf(animo.Invalid, "a digest is for whole minutes, at most a week of them", "un resumen es de minutos enteros, una semana como mucho").Of("digest_minutes")
	}
	return s, nil
}
