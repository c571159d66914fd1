package process

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

var (
	_ resource.Resource                   = (*processResource)(nil)
	_ resource.ResourceWithConfigure      = (*processResource)(nil)
	_ resource.ResourceWithValidateConfig = (*processResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*processResource)(nil)
	_ resource.ResourceWithImportState    = (*processResource)(nil)
	_ resource.ResourceWithIdentity       = (*processResource)(nil)
)

// defaultTimeout bounds creating, updating and reading where the configuration sets
// no timeout.
const defaultTimeout = 10 * time.Minute

// processResource is cf_process: it adopts a process, keeps it as the configuration
// sets it, and releases it.
type processResource struct {
	resourceClient
	clock instances.Clock
	walk  *walk
}

// ResourceFactory returns the constructor of the resource cf_process. The framework
// calls it for each request; the resources of a provider process share one walk.
func ResourceFactory() func() resource.Resource {
	shared := new(walk)
	return func() resource.Resource { return &processResource{clock: instances.RealClock{}, walk: shared} }
}

// walk records what happened in the walk of Terraform that this provider process
// serves: Terraform starts the provider again for each walk, to plan and to apply.
type walk struct {
	// refreshed records that a process was read for the state. Only the walk that
	// plans does so, before it plans, unless it runs with -refresh=false. The requests
	// to plan are the same in both walks.
	refreshed atomic.Bool
	// unreachable records that the API did not answer a preview.
	unreachable atomic.Bool
}

// Metadata names the resource. Its identity follows the configured address and
// can change with it.
func (r *processResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_process"
	resp.ResourceBehavior.MutableIdentity = true
}
