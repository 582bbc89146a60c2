package config

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// What Functions may name beside the functions that are named nowhere else here.
const (
	API    = "api"    // the server
	Notify = "notify" // matches faces with subscriptions; the process that runs it tells subscribers, too
)

// functionNames are all that a process can be told to run: the server, then the functions, whose names are also
// their queues'. The functions that the flows give to the bus must have these names, and no others.
var functionNames = []string{API, "analyse", "record-happy", "record-sad", "record-surprised", "record-other", "seek", Notify, "ingest", "train", "publish", "classify"}

// FunctionNames are the names that Functions takes, all of them by default.
func FunctionNames() []string { return slices.Clone(functionNames) }

// Vars are what the tags of Config refer to; every kong parser of a Config needs them.
func Vars() kong.Vars {
	return kong.Vars{"functions": strings.Join(functionNames, ","), "function_list": strings.Join(functionNames, ", ")}
}
