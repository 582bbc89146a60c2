// Animo is the whole product in one program: a server that finds the moods of faces in photos, learns from
// labelled opinions and answers over REST, and the same engines as commands that need no server.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"animo"
	"animo/internal/config"
	"animo/text"
)

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1 // the command ran and failed
	exitUsage   = 2 // the command line is wrong
)

// commands is the command line. A command is a struct with flags and a Run method; Run may take a
// context.Context, which ends at SIGINT or SIGTERM, and a *console to read from and print to.
type commands struct {
	Demo          demoCmd          `cmd:"" help:"Show what Animo does: start a server, send it photos and opinions, print what comes of them."`
	Serve         serveCmd         `cmd:"" help:"Run the server: photos in and moods out, opinions in and models out, over REST."`
	Upload        uploadCmd        `cmd:"" help:"Send photos to a running server."`
	People        peopleCmd        `cmd:"" help:"Introduce people to a running server, and change, list and forget them."`
	Faces         facesCmd         `cmd:"" help:"Tell a running server what it got wrong in faces, and see how often it was right."`
	Subscriptions subscriptionsCmd `cmd:"" help:"Have programs and people told of faces, trainings and batches, by webhook and e-mail."`
	Analyze       analyzeCmd       `cmd:"" help:"Find the faces in pictures: what they show, and who they are."`
	Train         trainCmd         `cmd:"" help:"Learn from files of labelled opinions, and measure how well."`
	Classify      classifyCmd      `cmd:"" help:"Tell Positivo from Negativo with a trained model."`
	Aspects       aspectsCmd       `cmd:"" help:"Tell what opinions praise and blame: room, food, staff, price and more, labelled or not."`
	Evaluate      evaluateCmd      `cmd:"" help:"Score a trained model on labelled opinions, or what is said of faces on folders of photos."`
	Model         modelCmd         `cmd:"" help:"Move models between a running server and this machine."`
	Tenants       tenantsCmd       `cmd:"" help:"Add, change, list and remove tenants."`
	Keys          keysCmd          `cmd:"" help:"Add, list and revoke API keys."`
	Backup        backupCmd        `cmd:"" help:"Copy everything that is kept into a folder, also while a server runs."`
	Restore       restoreCmd       `cmd:"" help:"Put a backup into an empty data folder, without what was erased since."`
	Migrate       migrateCmd       `cmd:"" help:"Move everything that is kept on this machine to PostgreSQL and S3."`
	Doctor        doctorCmd        `cmd:"" help:"Look whether everything that is kept is whole, and repair some of it."`
	Simulate      simulateCmd      `cmd:"" help:"Send photos and opinions to a running server as an audience would, and look for what came of each."`
	Health        healthCmd        `cmd:"" help:"Ask whether the server on this machine is ready."`
	Version       versionCmd       `cmd:"" help:"Print which Animo this is."`
	Licenses      licensesCmd      `cmd:"" help:"Print the licences of all that this program is made of."`
}

const description = `How does your audience feel? Animo reads it from faces in pictures; and it learns from opinions labelled good or bad and tells "Positivo" from "Negativo".

Results go to stdout, everything else to stderr. Exit code 0 is success, 1 a failure, 2 a wrong command line.
Errors are in Spanish where LC_ALL, LC_MESSAGES or LANG begins with "es".`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the process as a function: the arguments after the program's name and the three streams in, the
// exit code out.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the first signal asks; a second one kills, as if nobody listened

	c := &console{stdin: stdin, stdout: stdout, stderr: stderr, lang: language(os.Getenv)}
	exited := -1
	parser, err := kong.New(&commands{},
		kong.Name("animo"), kong.Description(description),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.Vars{"trainers": strings.Join(text.Trainers(), ", ")}, config.Vars(),
		kong.Configuration(config.FromFile),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(c))
	if err != nil {
		c.fail(err)
		return exitFailure
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // --help was printed; what Parse says after that does not matter
		return exited
	}
	if err != nil {
		c.usage(err)
		return exitUsage
	}
	if err := command.Run(); err != nil {
		c.fail(err)
		if errors.Is(err, errUsage) {
			return exitUsage
		}
		return exitFailure
	}
	return exitOK
}

// errUsage is the cause of errors that the command line itself is to blame for.
var errUsage = errors.New("wrong command line")

// usagef makes an error that ends the process with the code for a wrong command line.
func usagef(field, en, es string, args ...any) error {
	return animo.Errorf(animo.Invalid, en, es, args...).Of(field).Because(errUsage)
}
