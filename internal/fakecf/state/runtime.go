package state

// Runtime is how Diego behaves towards Cloud Controller.
//
// Source: Cloud Controller 3.228.0.
type Runtime int

const (
	// RuntimeWorks is the default.
	RuntimeWorks Runtime = iota
	// RuntimeAway does not respond. Writes are stored, and act when the runtime is
	// back.
	RuntimeAway
	// RuntimeRefuses responds with an error. Writes are stored.
	RuntimeRefuses
)

// SetRuntime makes Diego fail or work again. When it works again, the instances
// follow the values that were stored meanwhile. On Kubernetes it stands for
// Korifi's controllers: while they fail, every write is refused and not stored.
func (s *Store) SetRuntime(runtime Runtime) {
	defer s.lock()()
	s.db.Runtime = runtime
	for _, record := range s.db.Processes.Rows() {
		s.db.follow(record)
	}
}
