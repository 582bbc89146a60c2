package httpapi

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"

	"animo"
	"animo/internal/notify"
)

//go:embed unsubscribe.html
var unsubscribeHTML string

var unsubscribeTemplate = template.Must(template.New("unsubscribe").Parse(unsubscribeHTML))

// unsubscribePage is what unsubscribe.html shows.
type unsubscribePage struct{ Lang, Title, Text, Button string }

// unsubscribe is where the link of a mail leads; its token says whose it is, so no key is needed. GET shows a
// page with a button and changes nothing, because programs that look through mail follow links too; POST ends the
// subscription, from the button or from a mail program's own (RFC 8058), whose body says nothing that is needed.
func (s *server) unsubscribe(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	var sub notify.Subscription
	err := s.slots.lookups.Do("", func() (tenant string, err error) { // anybody can send any token
		tenant, sub, err = s.Subscriptions.Recipient(r.Context(), token)
		if err == nil && r.Method == http.MethodPost {
			err = s.Subscriptions.Unsubscribe(r.Context(), token)
		}
		return tenant, err
	})
	status, lang := http.StatusOK, callerOf(r.Context()).lang
	if sub.Language != "" {
		lang = sub.Language
	}
	page := unsubscribePage{Lang: lang}
	say := func(enTitle, enText, esTitle, esText string) {
		page.Title, page.Text = enTitle, enText
		if lang == "es" {
			page.Title, page.Text = esTitle, esText
		}
	}
	switch {
	case animo.CodeOf(err) == animo.NotFound:
		status = http.StatusNotFound
		say("Nothing to unsubscribe", "This link is of no subscription; it may have been removed already.",
			"Nada que cancelar", "Este enlace no es de ninguna suscripción; puede que ya se haya quitado.")
	case err != nil:
		writeProblem(w, r, s.Log, err)
		return
	case r.Method == http.MethodPost:
		say("Unsubscribed", "No more of these mails will be sent to "+sub.Target+".", "Suscripción cancelada", "No se enviarán más estos correos a "+sub.Target+".")
	default:
		say("No more of these mails?", "Mails to "+sub.Target+" will end, for good.", "¿No recibir más estos correos?", "Los correos a "+sub.Target+" acabarán, para siempre.")
		page.Button = "Unsubscribe"
		if lang == "es" {
			page.Button = "Cancelar la suscripción"
		}
	}
	var b bytes.Buffer
	if err := unsubscribeTemplate.Execute(&b, page); err != nil {
		writeProblem(w, r, s.Log, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer") // the address is the proof
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}
