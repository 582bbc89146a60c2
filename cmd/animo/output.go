package main

// The house rules of output:
//
//   - Results go to stdout and nothing else does, so that a pipe sees only them.
//   - Everything else goes to stderr, each line beginning with "animo:".
//   - An error is one line that says what is wrong, followed by a hint of what to do where there is one.
//   - A progress bar is drawn only where stderr is a terminal.
//   - People are spoken to in Spanish where LC_ALL, LC_MESSAGES or LANG begins with "es", else in English.
//     JSON has the same names and figures in both.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"golang.org/x/term"

	"animo"
)

// console is where a command reads from and prints to, and the language it speaks.
type console struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	lang           string // "es" or "en"
}

// language chooses "es" or "en" by the locale variables, in the order POSIX gives them.
func language(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			if v == "es" || strings.HasPrefix(v, "es_") || strings.HasPrefix(v, "es-") || strings.HasPrefix(v, "es.") {
				return "es"
			}
			return "en"
		}
	}
	return "en"
}

// say picks the wording in the console's language.
func (c *console) say(en, es string) string {
	if c.lang == "es" {
		return es
	}
	return en
}

// note tells people something that is not a result.
func (c *console) note(en, es string, args ...any) {
	fmt.Fprintf(c.stderr, "animo: "+c.say(en, es)+"\n", args...)
}

// wording puts an error into words. An animo.Error speaks the console's language, inside whatever was wrapped
// round it; any other error is told as it is, because at a command line its reader is the operator.
func (c *console) wording(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*animo.Error](err); ok {
		text = strings.Replace(text, e.Error(), e.In(c.lang), 1)
		if strings.HasPrefix(e.Field, "--") { // other fields are those of requests and settings
			text = e.Field + ": " + text
		}
	} else if errors.Is(err, context.Canceled) {
		text = c.say("interrupted", "interrumpido")
	}
	return text
}

// fail prints an error and its hint.
func (c *console) fail(err error) {
	fmt.Fprintf(c.stderr, "animo: %s\n", c.wording(err))
	if en, es := hint(err); en != "" {
		fmt.Fprintf(c.stderr, "animo: %s: %s\n", c.say("hint", "pista"), c.say(en, es))
	}
}

// usage prints what is wrong with the command line.
func (c *console) usage(err error) {
	fmt.Fprintf(c.stderr, "animo: %v\n", err)
	fmt.Fprintf(c.stderr, "animo: %s: %s\n", c.say("hint", "pista"),
		c.say("animo --help lists the commands, animo COMMAND --help explains one",
			"animo --help enumera las órdenes, animo ORDEN --help explica una"))
}

// hint tells what to do about an error whose text does not say it.
func hint(err error) (en, es string) {
	if animo.CodeOf(err) == animo.NoSpace || errors.Is(err, syscall.ENOSPC) {
		return "free some disk space and run it again", "libere espacio en el disco y repita la orden"
	}
	return "", ""
}

// terminal reports whether a stream is a terminal.
func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
