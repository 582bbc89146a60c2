package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// FromFile reads settings from YAML, one `flag-name: value` a line, for kong.Configuration. A key that is no
// flag is refused. An environment variable or a flag is stronger than the file.
func FromFile(r io.Reader) (kong.Resolver, error) {
	name := "settings file"
	if f, ok := r.(interface{ Name() string }); ok { // an os.File
		name += " " + f.Name()
	}
	values := map[string]any{}
	if err := yaml.NewDecoder(r).Decode(&values); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return fileValues{name, values}, nil
}

// fileValues are the settings of a file.
type fileValues struct {
	name   string // for errors
	values map[string]any
}

// Validate refuses keys that no command has a flag for.
func (v fileValues) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			known[f.Name] = true
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(app.Node)
	var unknown []string
	for key := range v.values {
		if meant := strings.ReplaceAll(strings.ToLower(key), "_", "-"); !known[key] {
			if known[meant] {
				key += " (did you mean " + meant + "?)"
			}
			unknown = append(unknown, key)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return fmt.Errorf("%s: no such setting: %s (animo serve --help lists them)", v.name, strings.Join(unknown, ", "))
}

// Resolve gives a flag its value from the file, unless the environment has one.
func (v fileValues) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return nil, nil
		}
	}
	value, ok := v.values[flag.Name]
	if !ok {
		return nil, nil
	}
	if list, ok := value.([]any); ok { // kong splits lists at commas itself
		parts := make([]string, len(list))
		for i, p := range list {
			parts[i] = fmt.Sprint(p)
		}
		return strings.Join(parts, ","), nil
	}
	return fmt.Sprint(value), nil
}
