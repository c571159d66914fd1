package fakecf

import (
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// The types with which tests change and read a foundation.
type (
	// Process is a process as the foundation knows it.
	Process = state.Process
	// HealthCheck is a health check or a readiness health check.
	HealthCheck = state.HealthCheck
	// Sidecar is a process that runs beside others of its app.
	Sidecar = state.Sidecar
	// Instance is one instance of a process.
	Instance = state.Instance
	// Quotas are the limits that an instance runs with.
	Quotas = state.Quotas
	// Rollout is how long Kubernetes takes when it replaces pods.
	Rollout = state.Rollout
	// Runtime is how Diego behaves towards Cloud Controller.
	Runtime = state.Runtime
	// Limits are the configured limits of a foundation.
	Limits = state.Limits
	// Pace is how a deployment advances.
	Pace = state.Pace
	// Role is the permissions of a user.
	Role = state.Role
	// APIError is one object of an error response.
	APIError = rest.APIError
)

// The roles, by descending permissions.
const (
	Admin          = state.Admin
	AdminReadOnly  = state.AdminReadOnly
	GlobalAuditor  = state.GlobalAuditor
	SpaceDeveloper = state.SpaceDeveloper
	SpaceSupporter = state.SpaceSupporter
	SpaceManager   = state.SpaceManager
	SpaceAuditor   = state.SpaceAuditor
	NoRole         = state.NoRole
)

// Ptr returns a pointer to v, for the optional fields of the types above.
func Ptr[T any](v T) *T { return &v }

// PaceByPoll advances a deployment with each GET of it.
func PaceByPoll() Pace { return state.PaceByPoll() }

// PaceByClock advances a deployment in this interval of the foundation's clock.
// That of Cloud Controller is about five seconds.
func PaceByClock(every time.Duration) Pace { return state.PaceByClock(every) }

// PaceByHand advances a deployment only when a test calls AdvanceDeployment.
func PaceByHand() Pace { return state.PaceByHand() }

// How Diego behaves towards Cloud Controller.
const (
	RuntimeWorks   = state.RuntimeWorks
	RuntimeAway    = state.RuntimeAway
	RuntimeRefuses = state.RuntimeRefuses
)
