package animo

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Status says how far a version of a model, a batch, or a photo is.
type Status string

// The statuses, in their order. Held, Done and Failed are the last ones.
const (
	Queued      Status = "queued"      // the photo is on disk and waits for its analysis
	Analysing   Status = "analysing"   // its faces are being found and recorded
	Stored      Status = "stored"      // the file is on disk, nothing else has happened
	Ingesting   Status = "ingesting"   // its rows are being read
	Training    Status = "training"    // the rows are there, the model is being fitted and measured
	Classifying Status = "classifying" // of a batch: its texts are being classified
	Held        Status = "held"        // trained, but it does not answer before somebody says so; its gate says why
	Done        Status = "done"        // published: it can be asked; of a photo: every face is recorded; of a batch: its result is there
	Failed      Status = "failed"      // Failure says why; its event is among the dead letters
)

// Ended reports whether nothing more will happen by itself.
func (s Status) Ended() bool { return s.Trained() || s == Failed }

// Trained reports whether a version can answer, by itself or once somebody says so.
func (s Status) Trained() bool { return s == Held || s == Done }

// Version is one training of a model: asked for, running, or ended. Its ID begins with the moment it was
// asked for, so versions of one model sort by age.
type Version struct {
	Model     string       `json:"model"`
	ID        string       `json:"version"`
	Datasets  []DatasetRef `json:"datasets"`
	Trainer   string       `json:"trainer"`
	Folds     int          `json:"folds"`
	Seed      uint64       `json:"seed"`
	Goal      string       `json:"goal,omitempty"` // what it shall be good at; "" is to be right most often
	Requested time.Time    `json:"requested"`
	Finished  time.Time    `json:"finished,omitzero"`
	Status    Status       `json:"status"`
	Failure   *Reason      `json:"failure,omitempty"`

	Corrections int  `json:"corrections,omitempty"`         // of the model that it learned from besides its datasets, once it is trained
	Taken       bool `json:"taken,omitempty"`               // it came as a file, and was trained elsewhere
	Learned     int  `json:"corrections_learned,omitempty"` // of Corrections, those that it says by itself

	Cause   Cause  `json:"cause,omitempty"`   // why it was asked for
	Program string `json:"program,omitempty"` // the release of Animo that trained it; "" where that is not known
}

// Cause says why a version was asked for. The zero value is that somebody asked for it.
type Cause string

// The causes.
const (
	Asked    Cause = ""         // somebody sent a file, or said so
	Slot     Cause = "slot"     // it was time by the model's schedule
	NewRows  Cause = "new_rows" // enough rows and corrections had come since the version before
	DriftDue Cause = "drift"    // the texts had changed
)

// Schedule says when a model is trained by itself. The zero value is never.
type Schedule struct {
	Cron    string    `json:"cron,omitempty"`      // five fields: minute, hour, day of the month, month, day of the week
	Zone    string    `json:"time_zone,omitempty"` // whose clocks Cron is by, as IANA calls it; "" is UTC
	NewRows int       `json:"new_rows,omitempty"`  // once so many rows and corrections have come; 0 is never
	Drift   bool      `json:"drift,omitempty"`     // once the texts have changed
	Since   time.Time `json:"since,omitzero"`      // slots up to here were trained for, or came before the schedule
}

// Experiment has two versions of a model answer side by side, to find out which is right more often.
type Experiment struct {
	ID         string    `json:"id"`              // begins with the moment at which it began
	Champion   string    `json:"champion"`        // the version that answered when it began
	Challenger string    `json:"challenger"`      // the version that is compared with it
	Share      float64   `json:"share,omitempty"` // of texts or keys that the challenger answers; 0 is a shadow: it is asked, too, and never answers
	Automatic  bool      `json:"automatic,omitempty"`
	Began      time.Time `json:"began"`
	Ended      time.Time `json:"ended,omitzero"`
	Outcome    Outcome   `json:"outcome,omitempty"`
	Seen       string    `json:"seen,omitempty"` // Model.Corrected as it was when the experiment was judged last
}

// Outcome says what an experiment found.
type Outcome string

// The outcomes. None is that it is not known yet.
const (
	Better  Outcome = "better"  // the challenger is right more often
	Worse   Outcome = "worse"   // it is right less often
	Stopped Outcome = "stopped" // somebody ended it, or published another version
)

// Running reports whether two versions answer.
func (e *Experiment) Running(current string) bool {
	return e != nil && e.Ended.IsZero() && e.Champion == current
}

// Picks returns the version that answers whoever has a key, always the same one: such a share of all keys gets the challenger. A text without a key is its own.
func (e *Experiment) Picks(key string) string {
	sum := sha256.Sum256([]byte(e.ID + "\x00" + key))
	if float64(binary.BigEndian.Uint64(sum[:8]))/(1<<64) < e.Share {
		return e.Challenger
	}
	return e.Champion
}

// Answering is which version of a model answers.
type Answering struct {
	Version    string      // the one that was named, or the one that answers
	Corrected  string      // names the corrections that stand above it
	Experiment *Experiment // that runs, where no version was named; nil for none
}

// Policy says which trained versions of a model are published by themselves. The zero value is Automatic.
type Policy string

// The policies.
const (
	Automatic Policy = ""      // those that are not worse than the one that answers, and better than guessing
	Ask       Policy = "ask"   // none: each is held, and it is told
	Never     Policy = "never" // none: each is held, and nobody is told
)

// Champion is the alias of the version that answers.
const Champion = "champion"

// Model says which version of a model answers.
type Model struct {
	ID         string            `json:"id"`
	Current    string            `json:"current"`              // the version that answers; empty until one is published
	Published  string            `json:"published"`            // the newest version ever published; Current is older after a roll back
	Asked      string            `json:"asked"`                // the newest version asked for, published or not
	AskedID    string            `json:"asked_id"`             // what it was asked to be made of (animo.ID), to know a repeat
	Aliases    map[string]string `json:"aliases,omitempty"`    // versions by other names, such as challenger; Champion is Current
	Policy     Policy            `json:"policy,omitempty"`     // which trained versions answer by themselves
	Schedule   *Schedule         `json:"schedule,omitempty"`   // when it is trained by itself; nil is never
	Experiment *Experiment       `json:"experiment,omitempty"` // the last one; nil for none
	Corrected  string            `json:"corrected,omitempty"`  // another one whenever its corrections change; "" before the first
	Drifted    string            `json:"drifted,omitempty"`    // the version and the day of which it was last told that the texts have changed
	Deleted    string            `json:"deleted"`              // versions up to this one were deleted, and never come back
}
