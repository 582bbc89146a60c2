//go:build !unix

package app

// takeOwner returns this process a name that no process had before, because the system has no locks that it frees when a process
// dies: a dead process's work goes on when its leases end, and what it left in the folder of incoming uploads stays there.
func takeOwner(string) (o owner, release func() error, err error) {
	return unlockedOwner(), func() error { return nil }, nil
}

// runningOwners names the processes of a data folder. It is not known.
func runningOwners(string) ([]string, error) { return nil, nil }
