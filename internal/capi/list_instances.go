package capi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

const (
	// statsAtOnce are the requests for stats that one list has open at the same
	// time.
	statsAtOnce = 5
	// statsFailuresMax ends the requests for stats after that many failures
	// without a success: the others would fail, too.
	statsFailuresMax = 10
)

// embedInstances adds the instances to the processes of a list, in one request
// to the runtime for a whole page (README.md#embed).
var embedInstances = parameter{name: "embed", key: "embed", values: []string{"process_instances"}, optional: true}

// embedFailed reports whether a list may have failed only because of its instances:
// while the runtime is unavailable, Cloud Controller answers 500 to a list that
// embeds them and 200 to one that does not (README.md#runtime-away).
func embedFailed(err error) bool {
	var answer *Error
	if errors.As(err, &answer) {
		return answer.Status >= http.StatusInternalServerError
	}
	var failure *transport.Error
	return errors.As(err, &failure) && failure.Kind == transport.KindTimeout
}

// lastEmbed ends the attempts for a page with instances, since the page can be read
// without them: each attempt may take a minute.
func lastEmbed(f transport.Failure) bool {
	return f.Status == http.StatusInternalServerError || f.Took >= slowAnswer || f.Kind == transport.KindTimeout
}

// refusesEmbed reports whether the foundation supports the parameter, but not the
// instances as its value.
func refusesEmbed(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Has(CodeBadQueryParameter) && slices.ContainsFunc(e.Errors, func(o ErrorObject) bool {
		return strings.Contains(string(o.Detail), "Invalid embedded resource")
	})
}

// addInstances adds the instances of the processes that have none yet, from
// their stats, a few at a time. Instances that cannot be read stay nil.
func (c *Client) addInstances(ctx context.Context, list *ProcessList) error {
	var mutex sync.Mutex
	failures, stopped := 0, false
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(statsAtOnce)
	for _, p := range list.Processes {
		if p.ProcessInstances != nil {
			continue
		}
		if p.Instances != nil && *p.Instances == 0 {
			p.ProcessInstances = []ProcessInstance{}
			continue
		}
		group.Go(func() error {
			mutex.Lock()
			skip := stopped
			mutex.Unlock()
			if skip {
				return nil
			}
			instances, err := c.instancesFromStats(groupCtx, Address{GUID: p.GUID}, lastOfMany)
			if groupCtx.Err() != nil {
				return groupCtx.Err()
			}
			mutex.Lock()
			defer mutex.Unlock()
			if err != nil {
				if list.InstancesErr == nil {
					list.InstancesErr = err
				}
				failures++
				stopped = stopped || failures >= statsFailuresMax || failsForAll(err)
				return nil
			}
			failures = 0
			p.ProcessInstances = instances.Resources
			list.Warnings = addNew(list.Warnings, instances.Warnings)
			return nil
		})
	}
	return group.Wait()
}

// lastOfMany allows two attempts for the stats of one process of many, and one if
// it is slow: while the runtime is unavailable, each attempt takes a minute.
func lastOfMany(f transport.Failure) bool { return f.Attempt >= 2 || f.Took >= slowAnswer }

// failsForAll reports whether the stats of another process would fail in the
// same way.
func failsForAll(err error) bool {
	var answer *Error
	if !errors.As(err, &answer) {
		return true // no connection, no token
	}
	switch answer.Status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusInternalServerError:
		return false
	default:
		return true
	}
}
