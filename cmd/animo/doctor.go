package main

import (
	"context"
	"fmt"

	"animo"
	"animo/internal/app"
	"animo/internal/config"
)

type doctorCmd struct {
	config.Stores `embed:""`
	Hashes        bool   `help:"Read every photo and training file, too, and compare its bytes with their hash."`
	Repair        string `default:"" enum:",take,erase" placeholder:"take|erase" help:"Make private what others can read, and have pictures of which no row speaks taken up again as photos (take), or erase all files of which no row speaks (erase)."`
}

// Help tells what animo doctor looks at.
func (doctorCmd) Help() string {
	return `Looks whether the database is whole and can be read, whether it is the data folder's, whether the master key is the right one,
whether others can read what is kept, and whether rows and files go with each other. Also while a server runs. It changes nothing
without --repair. Exit code 1 says that something is at fault.

Examples:
  animo doctor --data /var/lib/animo --hashes
  animo doctor --repair erase`
}

// Run examines, and prints a line for each check and one for each thing at fault.
func (d *doctorCmd) Run(ctx context.Context, c *console) error {
	faulty := 0
	err := app.Examine(ctx, d.Stores, app.DoctorOptions{
		Repair: app.Repair(d.Repair), Hashes: d.Hashes,
		Told: func(check app.Check) {
			state := "ok"
			switch {
			case check.Repaired:
				state = c.say("repaired", "reparado")
			case check.Faulty:
				state = c.say("FAULTY", "FALLA")
				faulty++
			}
			fmt.Fprintf(c.stdout, "%s\t%s\t%s\n", state, check.Name, c.say(check.EN, check.ES))
			for _, item := range check.List {
				fmt.Fprintf(c.stdout, "\t\t%s\n", printable(item))
			}
		},
	})
	if err != nil {
		return err
	}
	if faulty > 0 {
		return animo.Errorf(animo.Damaged, "checks that found a fault: %d (see above)", "comprobaciones con fallas: %d (véase arriba)", faulty)
	}
	return nil
}
