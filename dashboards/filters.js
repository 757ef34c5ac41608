// Two comforts of the form that chooses days and channels; without them it works
// alike. The two dates show the days of the period: to change one is to choose
// other dates, and to choose a period puts them back. The list of channels closes
// when one leaves it.
(function () {
  'use strict';
  const form = document.querySelector('form.filters');
  if (!form) return;
  const { period, from, to } = form.elements;
  for (const day of [from, to]) {
    day.addEventListener('input', () => { period.value = 'dates'; });
  }
  period.addEventListener('change', () => {
    if (period.value === 'dates') return;
    for (const day of [from, to]) day.value = day.defaultValue;
  });
  const list = form.querySelector('details');
  if (!list) return;
  document.addEventListener('click', (e) => { if (!list.contains(e.target)) list.open = false; });
  list.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape') return;
    list.open = false;
    list.querySelector('summary').focus();
  });
})();
