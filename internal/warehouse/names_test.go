package warehouse

import (
	"context"
	"testing"
)

// A database from before namings were kept gets them from its rows: what its
// batches name, under the names shown today.
func TestNamingOfBefore(t *testing.T) {
	ctx := context.Background()
	w := open(t)
	put(t, w, "a.csv", []byte("Ad report\n\"September 1, 2026 - September 2, 2026\"\nDay,Campaign,Ad group,Ad ID,Currency code,Impr.,Clicks,Cost\n2026-09-01,Brand,Exact,11,EUR,600,30,6.00\n2026-09-02,Generic,Broad,12,EUR,390,20,4.00\n"))
	put(t, w, "b.csv", []byte("Campaign report\n\"September 3, 2026 - September 3, 2026\"\nDay,Campaign,Campaign ID,Currency code,Impr.,Clicks,Cost\n2026-09-03,Brand,101,EUR,600,30,6.00\n"))
	const all = "select batch, entity, name from naming order by all"
	c := &caseRun{t: t, w: w}
	want := c.text(all)
	for _, sql := range []string{"drop table naming", "create table entity_change (batch integer)", "delete from migration where name = 'migrations/0004_naming.sql'"} {
		if _, err := w.DB().Exec(sql); err != nil {
			t.Fatal(err)
		}
	}
	dir := w.Dir()
	w.Close()
	again, err := Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := (&caseRun{t: t, w: again}).text(all); got != want || got == "" {
		t.Errorf("namings\n%s\nwant\n%s", got, want)
	}
}
