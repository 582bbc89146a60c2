package text

// A view is one way of turning a text into features. Views are compared with ==, so that trainers which
// look at a text in the same way share the work.
type view struct {
	Kind  viewKind `json:"kind"`
	Min   int      `json:"min"`             // shortest n-gram
	Max   int      `json:"max"`             // longest n-gram; of words at most 2
	Scope int      `json:"scope,omitempty"` // words that a negation reaches; only for spanish and lexical
	Bits  int      `json:"bits,omitempty"`  // features are hashes of so many bits; 0 means a vocabulary
	Rules int      `json:"rules,omitempty"` // of a lexical view: by which rules it reads, 0 for those of the first releases

	Language string `json:"language,omitempty"` // of a lexical view: a key of grammars
}

// newestRules are what lexical views of new models read by: 0 is lexical.go alone, 1 goes by rules.go as well. A model goes on
// reading by the rules that it learned with.
const newestRules = 1

// readable tells whether a view that was stored is this one, or an earlier form of it.
func (v view) readable(stored view) bool {
	if stored.Rules < 0 || stored.Rules > v.Rules {
		return false
	}
	stored.Rules = v.Rules
	return stored == v.in(stored.Language)
}

type viewKind string

const (
	// plain is scikit-learn's CountVectorizer: lower-cased words of two characters or more.
	plain viewKind = "plain"
	// spanish has the stems of those words; a word that a negation reaches is another token than the
	// same word elsewhere.
	spanish viewKind = "spanish"
	// lexical has the stems of words' plain forms, negated ones as in spanish, and what a lexicon of polarity
	// says of them; see lexical.go.
	lexical viewKind = "lexical"
	// letters has the n-grams of characters of each distinct word, with a space on either side.
	letters viewKind = "letters"
)

// The views that trainers use.
var (
	plainView   = view{Kind: plain, Min: 1, Max: 2}
	spanishView = view{Kind: spanish, Min: 1, Max: 2, Scope: 2}
	wideView    = view{Kind: spanish, Min: 1, Max: 2, Scope: 3}
	hashedView  = view{Kind: lexical, Min: 1, Max: 2, Scope: 3, Bits: 20, Rules: newestRules}
	toneView    = view{Kind: lexical, Min: 1, Max: 1, Scope: 3, Rules: newestRules}
	tonesView   = view{Kind: lexical, Min: 1, Max: 2, Scope: 3, Rules: newestRules}
	lettersView = view{Kind: letters, Min: 4, Max: 6}
)
