package animo

import "time"

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

	Cause Cause `json:"cause,omitempty"` // why it was asked for
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
	ID        string            `json:"id"`
	Current   string            `json:"current"`             // the version that answers; empty until one is published
	Published string            `json:"published"`           // the newest version ever published; Current is older after a roll back
	Asked     string            `json:"asked"`               // the newest version asked for, published or not
	AskedID   string            `json:"asked_id"`            // what it was asked to be made of (animo.ID), to know a repeat
	Aliases   map[string]string `json:"aliases,omitempty"`   // versions by other names, such as challenger; Champion is Current
	Policy    Policy            `json:"policy,omitempty"`    // which trained versions answer by themselves
	Schedule  *Schedule         `json:"schedule,omitempty"`  // when it is trained by itself; nil is never
	Corrected string            `json:"corrected,omitempty"` // another one whenever its corrections change; "" before the first
	Drifted   string            `json:"drifted,omitempty"`   // the version and the day of which it was last told that the texts have changed
	Deleted   string            `json:"deleted"`             // versions up to this one were deleted, and never come back
}
