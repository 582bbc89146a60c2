package app

import (
	"crypto/rand"
	"encoding/hex"
)

// owner says who this process is among all that work on one database.
type owner struct {
	slot string // among the processes of one data folder: worker-1
	name string // among all of the database: worker-1-0123456789abcdef
}

// ownerIDLen is how many random bytes tell the processes of different data folders apart.
const ownerIDLen = 8

// newOwnerID makes 2*ownerIDLen random hexadecimal digits.
func newOwnerID() string {
	var random [ownerIDLen]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

// unlockedOwner is who a process is that could lock no slot: nobody that was there before.
func unlockedOwner() owner {
	name := "worker-" + newOwnerID()
	return owner{slot: name, name: name}
}
