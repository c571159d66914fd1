package state

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// GUID derives a GUID from names, so that every run has the same ones.
func GUID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// NextGUID makes a GUID for one of several objects with the same name.
func (db *DB) NextGUID(parts ...string) string {
	db.serial++
	return GUID(append(parts, strconv.Itoa(db.serial))...)
}
