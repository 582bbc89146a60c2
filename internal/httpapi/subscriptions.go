package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/notify"
)

// Subscriptions is who is told of what, as the API needs it; *notify.Notifier is one.
type Subscriptions interface {
	// Add makes a subscription; of a webhook it also gives the secret of its signatures.
	Add(ctx context.Context, tenant string, spec notify.Spec) (s notify.Subscription, secret string, err error)
	// List returns all subscriptions, the oldest first.
	List(ctx context.Context, tenant string) ([]notify.Subscription, error)
	Get(ctx context.Context, tenant, id string) (notify.Subscription, error)
	Remove(ctx context.Context, tenant, id string) error
	// Rotate returns a new secret; the one before holds for a day more.
	Rotate(ctx context.Context, tenant, id string) (secret string, err error)
	// Resume has what waits told at once.
	Resume(ctx context.Context, tenant, id string) error
	// Test tells of a made-up face, and how that went.
	Test(ctx context.Context, tenant, id string) (notify.Delivery, error)
	// Deliveries lists a subscription's log, newest first, beginning before the ID `before`; next is 0 at the end.
	Deliveries(ctx context.Context, tenant, id string, before int64, limit int) (page []notify.Delivery, next int64, err error)
	Replay(ctx context.Context, tenant, id string, delivery int64) error
	ReplaySince(ctx context.Context, tenant, id string, since time.Time) (count int, err error)
	// Recipient finds the subscription of the token of a mail's link, or answers NotFound.
	Recipient(ctx context.Context, token string) (tenant string, s notify.Subscription, err error)
	// Unsubscribe ends the subscription of a token for good.
	Unsubscribe(ctx context.Context, token string) error
}

// filterView says what a subscription tells of.
type filterView struct {
	About         string  `json:"about,omitempty" enum:"faces,opinions" doc:"faces, if not said; or opinions: the ends of trainings (model.published, model.held, training.failed), a change of what a model is asked (model.drifted), what an experiment found (model.compared), and the ends of batches (batch.classified, batch.failed)."`
	Model         string  `json:"model,omitempty" doc:"Of opinions: only of this model." example:"DB_proyecto_SA.txt"`
	Mood          string  `json:"mood,omitempty" doc:"Only of this mood: HAPPY, SAD, SURPRISED or OTHER, in any case." example:"HAPPY"`
	Person        string  `json:"person,omitempty" doc:"Only of this person. When the person gets another name, or becomes one with another, this follows." example:"Ana"`
	Source        *string `json:"source,omitempty" doc:"Only of this camera or stage; empty: only of photos without one." example:"puerta-norte"`
	MinConfidence float64 `json:"min_confidence,omitempty" minimum:"0" maximum:"100" doc:"Only where the most probable emotion has at least so many percent." example:"80"`
}

// SubscriptionSpec is what a subscription is to be. It is exported because huma sets no field of an embedded type
// that is not.
type SubscriptionSpec struct {
	Kind          notify.Kind `json:"kind" enum:"webhook,email"`
	Target        string      `json:"target" doc:"The URL, with https; or the e-mail address." example:"https://example.com/animo"`
	Filter        filterView  `json:"filter,omitzero"`
	Language      string      `json:"language,omitempty" enum:"en,es" doc:"Of e-mail; en if not said."`
	Subject       string      `json:"subject,omitempty" doc:"Of e-mail; ThemeNewImage if not said, or Animo for opinions." example:"ThemeNewImage"`
	DigestMinutes int         `json:"digest_minutes,omitempty" minimum:"0" maximum:"10080" doc:"Of e-mail: what comes in so many minutes in one mail, with counts and thumbnails; 0 is one mail a face."`
}

func (v *SubscriptionSpec) read() (notify.Spec, error) {
	s := notify.Spec{Kind: v.Kind, Target: v.Target, Language: v.Language, Subject: v.Subject, Digest: time.Duration(v.DigestMinutes) * time.Minute}
	mood, err := moodOf(v.Filter.Mood)
	about := v.Filter.About
	if about == "faces" {
		about = ""
	}
	s.Filter = notify.Filter{About: about, Model: nameOf(v.Filter.Model), Mood: mood, Person: nameOf(v.Filter.Person), MinConfidence: v.Filter.MinConfidence}
	if v.Filter.Source != nil {
		source := nameOf(*v.Filter.Source)
		s.Filter.Source = &source
	}
	return s, err
}

// subscriptionView is a subscription as the API shows it.
type subscriptionView struct {
	ID string `json:"id" example:"20260801T211502.125Z-9f86d081"`
	SubscriptionSpec
	State   notify.State `json:"state" enum:"active,paused,unsubscribed" doc:"Paused: it was down for a day, or said that it is gone; what comes waits. Unsubscribed: its recipient wants no more."`
	Reason  *failureView `json:"reason,omitempty" doc:"Why it is not active, or why it is told nothing although it is."`
	Since   time.Time    `json:"since,omitzero" doc:"When it ceased to be."`
	Created time.Time    `json:"created"`
	Waiting int64        `json:"waiting" doc:"About how many deliveries wait."`
	Failing time.Time    `json:"failing_since,omitzero" doc:"Since when attempts fail; absent while they do not."`
	Next    time.Time    `json:"next_attempt,omitzero" doc:"When the next attempt after a failed one is."`
	Secret  string       `json:"secret,omitempty" doc:"Of a webhook's signatures. Only the answer that makes it shows it." example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
}

func viewSubscription(ctx context.Context, s notify.Subscription, secret string) subscriptionView {
	f := filterView{s.Filter.About, s.Filter.Model, string(s.Filter.Mood), s.Filter.Person, s.Filter.Source, s.Filter.MinConfidence}
	return subscriptionView{
		ID: s.ID, SubscriptionSpec: SubscriptionSpec{s.Kind, s.Target, f, s.Language, s.Subject, int(s.Digest / time.Minute)},
		State: s.State, Reason: viewFailure(ctx, s.Reason), Since: s.Since, Created: s.Created,
		Waiting: s.Waiting, Failing: s.Failing, Next: s.Next, Secret: secret,
	}
}

// deliveryView is an element of a subscription's log as the API shows it.
type deliveryView struct {
	ID       string       `json:"id" example:"42"`
	Kind     string       `json:"kind" enum:"face,opinion,replay,test,notice,state" doc:"State: a note for this log, told to nobody. Notice: told of another subscription."`
	Message  string       `json:"message_id,omitempty" doc:"What the receiver sees as webhook-id; a replay has that of what it repeats."`
	Type     string       `json:"type,omitempty" example:"face.happy"`
	Face     string       `json:"face_id,omitempty"`
	Added    time.Time    `json:"added"`
	Outcome  string       `json:"outcome" enum:"waiting,told,untold"`
	Settled  time.Time    `json:"told_at,omitzero"`
	Attempts int          `json:"attempts"`
	Last     *attemptView `json:"last_attempt,omitempty"`
	Note     *failureView `json:"note,omitempty" doc:"What a notice or a state says."`
}

type attemptView struct {
	Time    time.Time    `json:"time"`
	TookMS  int64        `json:"took_ms"`
	Status  int          `json:"status,omitempty" doc:"That a webhook answered; absent when no answer came."`
	Failure *failureView `json:"failure,omitempty" doc:"Why it failed; absent when it did not."`
}

func viewDelivery(ctx context.Context, d notify.Delivery) deliveryView {
	v := deliveryView{
		ID: strconv.FormatInt(d.ID, 10), Kind: d.Kind, Message: d.Message, Type: d.Type, Face: d.Face, Added: d.Added, Outcome: string(d.Outcome),
		Settled: d.Settled, Attempts: d.Attempts, Note: viewFailure(ctx, d.Notice),
	}
	if d.Outcome == notify.Waits {
		v.Outcome = "waiting"
	}
	if a := d.Last; a != nil {
		v.Last = &attemptView{a.Time, a.Took.Milliseconds(), a.Status, viewFailure(ctx, a.Reason)}
	}
	return v
}

// SubscriptionParam is the subscription's id in a path. It is exported because huma sets no field of an embedded
// type that is not.
type SubscriptionParam struct {
	Subscription string `path:"subscription" doc:"The subscription's id." example:"20260801T211502.125Z-9f86d081"`
}

// deliveryOf reads a delivery's id, or answers NotFound: there is none of another form.
func deliveryOf(id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 {
		return 0, animo.Errorf(animo.NotFound, "there is no delivery %q", "no existe la entrega %q", animo.Clip(id)).Of("delivery")
	}
	return n, nil
}

type subscriptionOutput struct{ Body subscriptionView }

type deliveryOutput struct{ Body deliveryView }
type replayedOutput struct {
	Body struct {
		Count int `json:"count" doc:"How many deliveries are at the end of the line once more."`
	}
}

// showSubscription answers with a subscription as it is now.
func (s *server) showSubscription(ctx context.Context, id, secret string) (*subscriptionOutput, error) {
	sub, err := s.Subscriptions.Get(ctx, tenantOf(ctx), id)
	if err != nil {
		return nil, err
	}
	return &subscriptionOutput{viewSubscription(ctx, sub, secret)}, nil
}

func (s *server) addSubscription(r route) {
	register(s, r, huma.Operation{
		OperationID: "add-subscription",
		Summary:     "Have a program or a person told of faces, or of trainings and batches",
		Description: "A webhook gets {type, timestamp, data} as JSON, data being what is recorded of the face, signed as Standard Webhooks " +
			"says (headers webhook-id, webhook-timestamp, webhook-signature). It must answer 200 to 299 in time; otherwise it is tried again with " +
			"growing pauses for a day, while what comes after waits in order. E-mail has the record as its text. With about: opinions, data is what the event of a training or a batch says, and e-mail a sentence before it.",
		DefaultStatus: http.StatusCreated, Errors: []int{409, 422, 507},
	}, func(ctx context.Context, in *struct{ Body SubscriptionSpec }) (*subscriptionOutput, error) {
		spec, err := in.Body.read()
		if err != nil {
			return nil, err
		}
		sub, secret, err := s.Subscriptions.Add(ctx, tenantOf(ctx), spec)
		if err != nil {
			return nil, err
		}
		return &subscriptionOutput{viewSubscription(ctx, sub, secret)}, nil
	})
}

func (s *server) listSubscriptions(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-subscriptions",
		Summary:     "Who is told of faces, and how each stands",
	}, func(ctx context.Context, _ *struct{}) (*pageOutput[subscriptionView], error) {
		list, err := s.Subscriptions.List(ctx, tenantOf(ctx))
		if err != nil {
			return nil, err
		}
		return pageOf(list, "", func(sub notify.Subscription) subscriptionView { return viewSubscription(ctx, sub, "") }), nil
	})
}

func (s *server) getSubscription(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-subscription",
		Summary:     "One subscription, and how it stands", Errors: []int{404},
	}, func(ctx context.Context, in *SubscriptionParam) (*subscriptionOutput, error) {
		return s.showSubscription(ctx, in.Subscription, "")
	})
}

func (s *server) removeSubscription(r route) {
	register(s, r, huma.Operation{
		OperationID: "remove-subscription",
		Summary:     "Forget a subscription with what waits for it and its log", Errors: []int{404},
	}, func(ctx context.Context, in *SubscriptionParam) (*struct{}, error) {
		return nil, s.Subscriptions.Remove(ctx, tenantOf(ctx), in.Subscription)
	})
}

func (s *server) rotateSubscription(r route) {
	register(s, r, huma.Operation{
		OperationID: "rotate-subscription",
		Summary:     "Make a new secret for a webhook's signatures", Description: "For a day, messages carry a signature of the secret before it too, so that a receiver has time to change.",
		Errors: []int{404, 422},
	}, func(ctx context.Context, in *SubscriptionParam) (*subscriptionOutput, error) {
		secret, err := s.Subscriptions.Rotate(ctx, tenantOf(ctx), in.Subscription)
		if err != nil {
			return nil, err
		}
		return s.showSubscription(ctx, in.Subscription, secret)
	})
}

func (s *server) resumeSubscription(r route) {
	register(s, r, huma.Operation{
		OperationID: "resume-subscription",
		Summary:     "Tell a paused subscriber what waits for it, or try one that fails again, at once", Errors: []int{404, 409},
	}, func(ctx context.Context, in *SubscriptionParam) (*subscriptionOutput, error) {
		if err := s.Subscriptions.Resume(ctx, tenantOf(ctx), in.Subscription); err != nil {
			return nil, err
		}
		return s.showSubscription(ctx, in.Subscription, "")
	})
}

func (s *server) testSubscription(r route) {
	register(s, r, huma.Operation{
		OperationID: "test-subscription",
		Summary:     "Tell a subscriber of a made-up face now, and say how that went", DefaultStatus: http.StatusOK, Errors: []int{404, 409},
	}, func(ctx context.Context, in *SubscriptionParam) (*deliveryOutput, error) {
		d, err := s.Subscriptions.Test(ctx, tenantOf(ctx), in.Subscription)
		if err != nil {
			return nil, err
		}
		return &deliveryOutput{viewDelivery(ctx, d)}, nil
	})
}

func (s *server) listDeliveries(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-deliveries",
		Summary:     "What a subscriber was told and is to be told, newest first", Description: "A page may be short, even empty, before the end.", Errors: []int{404, 422},
	}, func(ctx context.Context, in *struct {
		SubscriptionParam
		PageQuery
	}) (*pageOutput[deliveryView], error) {
		before := int64(0)
		if in.After != "" {
			var err error
			if before, err = strconv.ParseInt(in.After, 10, 64); err != nil || before <= 0 {
				return nil, animo.Errorf(animo.Invalid, "after is no place that an answer before ended with", "after no es un lugar en que acabó una respuesta anterior").Of("after")
			}
		}
		list, next, err := s.Subscriptions.Deliveries(ctx, tenantOf(ctx), in.Subscription, before, in.Limit)
		if err != nil {
			return nil, err
		}
		after := ""
		if next > 0 {
			after = strconv.FormatInt(next, 10)
		}
		return pageOf(list, after, func(d notify.Delivery) deliveryView { return viewDelivery(ctx, d) }), nil
	})
}

func (s *server) replayDelivery(r route) {
	register(s, r, huma.Operation{
		OperationID: "replay-delivery",
		Summary:     "Tell a delivery once more, with the same message id", DefaultStatus: http.StatusNoContent, Errors: []int{404, 409, 422},
	}, func(ctx context.Context, in *struct {
		SubscriptionParam
		Delivery string `path:"delivery" doc:"The delivery's id." example:"42"`
	}) (*struct{}, error) {
		n, err := deliveryOf(in.Delivery)
		if err != nil {
			return nil, err
		}
		return nil, s.Subscriptions.Replay(ctx, tenantOf(ctx), in.Subscription, n)
	})
}

func (s *server) replayDeliveries(r route) {
	register(s, r, huma.Operation{
		OperationID: "replay-deliveries",
		Summary:     "Tell once more all that came since a time, as far as the log goes back", DefaultStatus: http.StatusOK, Errors: []int{404, 409, 422},
	}, func(ctx context.Context, in *struct {
		SubscriptionParam
		Since string `query:"since" doc:"RFC 3339, a date (UTC), or so long ago, such as -15m or -7d; all that the log has if not said." example:"-1h"`
	}) (*replayedOutput, error) {
		since, err := momentOf("since", in.Since, s.Now().UTC())
		if err != nil {
			return nil, err
		}
		out := &replayedOutput{}
		out.Body.Count, err = s.Subscriptions.ReplaySince(ctx, tenantOf(ctx), in.Subscription, since)
		return out, err
	})
}
