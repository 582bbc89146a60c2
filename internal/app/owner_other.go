//go:build !unix

package app

// takeOwner returns no name, because the system has no locks that it frees when a process dies: a dead process's work goes on
// when its leases end.
func takeOwner(string) (o owner, release func() error, err error) {
	return owner{}, func() error { return nil }, nil
}
