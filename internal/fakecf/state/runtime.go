package state

// Runtime is how Diego behaves towards Cloud Controller.
//
// Source: Cloud Controller 3.228.0.
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

// SetRuntime makes Diego fail, or work again: then the instances follow the
// values that were stored meanwhile. On Kubernetes it stands for Korifi's controllers: while
// they do not work, every write is refused and nothing is stored.
func (s *Store) SetRuntime(runtime Runtime) {
	defer s.lock()()
	s.db.Runtime = runtime
	for _, record := range s.db.Processes.Rows() {
		s.db.follow(record)
	}
}
