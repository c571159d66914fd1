package acctest_test

import (
	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// guideScalingAction invokes each action as the scheduled job does.
func (r *exampleRun) guideScalingAction() {
	r.prepare("main.tf")
	for _, row := range []struct {
		action string
		want   int64
	}{{"day", 6}, {"day", 6}, {"night", 2}} {
		r.row(row.action, func() {
			r.command("apply", "-auto-approve", "-no-color", "-invoke=action.cf_process_scale."+row.action)
			if p, _ := r.foundation.Process(fakecf.GUIDLabels); p.Instances != row.want {
				r.Errorf("process: got %d instances, want %d", p.Instances, row.want)
			}
		})
	}
}

// guideScalingVariable applies with and without the variable: without it the
// number stays, also if others set it.
func (r *exampleRun) guideScalingVariable() {
	r.prepare("main.tf")
	instances := func(want int64, options ...tfexec.ApplyOption) {
		r.Helper()
		if err := r.tf.Apply(r.Context(), options...); err != nil {
			r.Fatal(err)
		}
		if p, _ := r.foundation.Process(fakecf.GUIDLabels); p.Instances != want {
			r.Errorf("process: got %d instances, want %d", p.Instances, want)
		}
	}
	instances(2)
	instances(6, tfexec.Var("instances=6"))
	instances(6)
	r.nothingLeft()
	instances(2, tfexec.Var("instances=2"))
	r.foundation.UpdateProcess(fakecf.GUIDLabels, func(p *fakecf.Process) { p.Instances = 4 })
	instances(4)
}
