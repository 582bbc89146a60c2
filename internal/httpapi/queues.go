package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/bus"
)

// deadLetterView is an event that a function could not deal with.
type deadLetterView struct {
	Queue    string       `json:"queue" example:"ingest"`
	ID       string       `json:"id" doc:"The event's id."`
	Reason   *failureView `json:"reason"`
	Attempts int          `json:"attempts"`
	Time     time.Time    `json:"time" doc:"When it was given up."`
	Event    animo.Event  `json:"event" doc:"The CloudEvents envelope."`
}

func viewDeadLetter(ctx context.Context, d bus.DeadLetter) deadLetterView {
	return deadLetterView{d.Queue, d.Event.ID, viewFailure(ctx, &d.Reason), d.Attempts, d.Time, d.Event}
}

// deadLettersMost is how many dead letters one answer lists at most.
const deadLettersMost = 1000

// QueueParam is the queue in a path. It is exported because huma sets no field of an embedded type that is not.
type QueueParam struct {
	Queue string `path:"queue" doc:"The function's name." example:"ingest"`
}

// DeadLetterParams is a dead letter in a path. It is exported because huma sets no field of an embedded type that is not.
type DeadLetterParams struct {
	QueueParam
	ID string `path:"id" doc:"The event's id."`
}

type countOutput struct {
	Body struct {
		Count int `json:"count" doc:"How many dead letters that were."`
	}
}

// queue answers NotFound unless there is a queue of that name.
func (s *server) queue(ctx context.Context, name string) error {
	depths, err := s.Queues.Depths(ctx, tenantOf(ctx))
	if err != nil {
		return err
	}
	for _, d := range depths {
		if d.Queue == name {
			return nil
		}
	}
	return animo.Errorf(animo.NotFound, "there is no queue %q; /v1/queues lists them", "no existe la cola %q; /v1/queues las enumera", name).Of("queue")
}

// onDead runs Redrive or RemoveDead on one dead letter, or on all without an id. Where there was none, it looks why.
func (s *server) onDead(ctx context.Context, queue, id string, do func(ctx context.Context, tenant, queue string, ids ...string) (int, error)) (*countOutput, error) {
	var ids []string
	if id != "" {
		ids = []string{id}
	}
	n, err := do(ctx, tenantOf(ctx), queue, ids...)
	if err == nil && n == 0 {
		err = s.queue(ctx, queue)
	}
	if err == nil && n == 0 && id != "" {
		err = bus.NoDeadLetter(id)
	}
	if err != nil {
		return nil, err
	}
	out := &countOutput{}
	out.Body.Count = n
	return out, nil
}

type queuesOutput struct {
	Body struct {
		Items []bus.Depth `json:"items"`
	}
}

type deadLettersOutput struct {
	Body struct {
		Items []deadLetterView `json:"items" doc:"Newest first."`
		Next  string           `json:"next,omitempty" doc:"Pass as after to go on; absent at the end."`
	}
}

type deadLetterOutput struct{ Body deadLetterView }

func (s *server) listQueues(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-queues",
		Summary:     "How many of your events wait in each function's queue",
	}, func(ctx context.Context, _ *struct{}) (*queuesOutput, error) {
		depths, err := s.Queues.Depths(ctx, tenantOf(ctx))
		out := &queuesOutput{}
		out.Body.Items = depths
		return out, err
	})
}

func (s *server) listDeadLetters(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-dead-letters",
		Summary:     "What a function could not deal with, and why", Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		QueueParam
		After string `query:"after" doc:"Where to go on, from next of the answer before."`
		Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	}) (*deadLettersOutput, error) {
		limit := min(in.Limit, deadLettersMost)
		list, err := s.Queues.DeadLetters(ctx, tenantOf(ctx), in.Queue, in.After, limit)
		if err == nil && len(list) == 0 {
			err = s.queue(ctx, in.Queue)
		}
		if err != nil {
			return nil, err
		}
		out := &deadLettersOutput{}
		out.Body.Items = make([]deadLetterView, len(list))
		for i, d := range list {
			out.Body.Items[i] = viewDeadLetter(ctx, d)
		}
		if len(list) == limit {
			out.Body.Next = list[limit-1].Event.ID
		}
		return out, nil
	})
}

func (s *server) getDeadLetter(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-dead-letter",
		Summary:     "One dead letter with its event", Errors: []int{404},
	}, func(ctx context.Context, in *DeadLetterParams) (*deadLetterOutput, error) {
		d, err := s.Queues.DeadLetter(ctx, tenantOf(ctx), in.Queue, in.ID)
		if err != nil {
			return nil, err
		}
		return &deadLetterOutput{viewDeadLetter(ctx, d)}, nil
	})
}

func (s *server) redriveDeadLetter(r route) {
	register(s, r, huma.Operation{
		OperationID: "redrive-dead-letter",
		Summary:     "Try a dead letter again, three times anew", Errors: []int{404},
	}, func(ctx context.Context, in *DeadLetterParams) (*countOutput, error) {
		return s.onDead(ctx, in.Queue, in.ID, s.Queues.Redrive)
	})
}

func (s *server) redriveDeadLetters(r route) {
	register(s, r, huma.Operation{
		OperationID: "redrive-dead-letters",
		Summary:     "Try all dead letters of a queue again", Errors: []int{404},
	}, func(ctx context.Context, in *QueueParam) (*countOutput, error) {
		return s.onDead(ctx, in.Queue, "", s.Queues.Redrive)
	})
}

func (s *server) dropDeadLetter(r route) {
	register(s, r, huma.Operation{
		OperationID: "drop-dead-letter",
		Summary:     "Forget a dead letter", DefaultStatus: http.StatusOK, Errors: []int{404},
	}, func(ctx context.Context, in *DeadLetterParams) (*countOutput, error) {
		return s.onDead(ctx, in.Queue, in.ID, s.Queues.RemoveDead)
	})
}

func (s *server) dropDeadLetters(r route) {
	register(s, r, huma.Operation{
		OperationID: "drop-dead-letters",
		Summary:     "Forget all dead letters of a queue", DefaultStatus: http.StatusOK, Errors: []int{404},
	}, func(ctx context.Context, in *QueueParam) (*countOutput, error) {
		return s.onDead(ctx, in.Queue, "", s.Queues.RemoveDead)
	})
}
