package app

// owner says who this process is among all that work on one database.
type owner struct {
	slot string // among the processes of one data folder: worker-1
	name string // among all of the database: worker-1-0123456789abcdef
}
