package state

// Runtime is how Diego behaves towards Cloud Controller.
type Runtime int

const (
	// RuntimeWorks is the default.
	RuntimeWorks Runtime = iota
	// RuntimeAway answers nothing. What is written is stored nevertheless, and
	// acts when the runtime is back.
	RuntimeAway
	// RuntimeRefuses answers with an error. What is written is stored
	// nevertheless.
	RuntimeRefuses
)

// SetRuntime makes Diego fail, or work again: then the instances follow what
// was stored meanwhile. With Kubernetes it has no effect.
func (s *Store) SetRuntime(runtime Runtime) {
	defer s.lock()()
	s.db.Runtime = runtime
	for _, record := range s.db.Processes.Rows() {
		s.db.follow(record)
	}
}
