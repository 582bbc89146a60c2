package notify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"animo"
	"animo/internal/tracing"
)

// send makes one attempt to tell a parcel.
func (n *Notifier) send(ctx context.Context, tenant string, sub stored, p parcel) attempt {
	ctx, span := n.tracer.Start(tracing.With(ctx, p.TraceParent), "tell "+string(sub.Kind), trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	a := n.try(ctx, tenant, sub, p)
	if span.IsRecording() {
		span.SetAttributes(attribute.String("animo.tenant", tenant), attribute.String("animo.subscription", sub.ID), attribute.String("animo.message", p.ID), attribute.Int("http.response.status_code", a.Status))
		if a.Reason != nil {
			span.SetStatus(codes.Error, a.Reason.EN)
		}
	}
	return a
}

// try is send without its span.
func (n *Notifier) try(ctx context.Context, tenant string, sub stored, p parcel) attempt {
	if sub.Kind == Webhook {
		return n.timed(func(now time.Time) attempt {
			keys, err := n.master.keys(tenant, sub, now)
			if err != nil {
				a := failed(err)
				a.untried = true
				return a
			}
			return n.web.send(ctx, sub.Target, keys, p.message(), now)
		})
	}
	l, err := n.letter(tenant, sub, p)
	if err != nil {
		return n.timed(func(time.Time) attempt { return failed(err) })
	}
	return n.sendMail(ctx, l)
}

// sendMail makes one attempt to send a mail.
func (n *Notifier) sendMail(ctx context.Context, l letter) attempt {
	return n.timed(func(now time.Time) attempt {
		if n.mail == nil {
			return failed(animo.Errorf(animo.Unavailable, "this server sends no mail now; its operator can set smtp-host", "este servidor no envía correo ahora; su operador puede ajustar smtp-host"))
		}
		if err := n.mail.send(ctx, l, now); err != nil {
			return failed(err)
		}
		return attempt{}
	})
}

// timed notes when an attempt was made and how long it took.
func (n *Notifier) timed(do func(now time.Time) attempt) attempt {
	start := n.now()
	a := do(start)
	a.Time, a.Took = start.UTC(), n.now().Sub(start)
	return a
}

// letter is the mail of one parcel: its body is the record as it is kept, laid out for reading.
func (n *Notifier) letter(tenant string, sub stored, p parcel) (letter, error) {
	l := n.envelope(tenant, sub, p.ID)
	if p.Notice != nil {
		l.subject = in(sub.Language, "Animo: a subscription is paused", "Animo: una suscripción está en pausa")
		l.text = in(sub.Language, p.Notice.EN, p.Notice.ES)
		return l, nil
	}
	if sub.Filter.About == Opinions {
		return l, l.write(p)
	}
	var body bytes.Buffer
	err := json.Indent(&body, p.Data, "", "  ")
	l.text = body.String()
	return l, err
}

// envelope is a mail to a recipient, without its text.
func (n *Notifier) envelope(tenant string, sub stored, id string) letter {
	return letter{to: sub.Target, subject: sub.Subject, id: id, lang: sub.Language, unsubscribe: n.unsubscribeURL(tenant, sub)}
}

// example is something made up that passes a filter, for trying a subscription out.
func (f Filter) example(tenant string, now time.Time) any {
	if f.About == Opinions {
		return work{Model: cmp.Or(f.Model, "test"), Version: "test", Accuracy: &accuracy{Mean: 0.9}}
	}
	return exampleFace(tenant, f, now)
}

// exampleFace is a made-up record that passes a filter.
func exampleFace(tenant string, f Filter, now time.Time) animo.MoodRecord {
	r := animo.MoodRecord{
		TenantID: tenant, Mood: animo.Happy, ImageID: "test", FaceID: "test-0", PhotoID: "test", Confidence: 99,
		ImageData: animo.ImageData{Celebrities: []animo.Celebrity{}}, Box: animo.Box{Left: 0.4, Top: 0.3, Width: 0.2, Height: 0.3},
		Age: 30, Gender: animo.Gender{Value: "Female", Confidence: 90}, Taken: now, Accepted: now, Analysed: now,
	}
	if f.Mood != "" && f.Mood != animo.Other {
		r.Mood = f.Mood
	}
	r.ImageData.Emotion = animo.Emotion{Type: string(r.Mood), Confidence: 99}
	r.Emotions = []animo.Emotion{r.ImageData.Emotion}
	if f.Person != "" {
		r.ImageData.Celebrities = []animo.Celebrity{{Name: f.Person, Similarity: 99}}
	}
	if f.Source != nil {
		r.Source = *f.Source
	}
	return r
}
