// Two comforts of the form that chooses days and channels; without them it works
// alike. The two dates show the days of the period: to change one is to choose
// other dates. The list of channels closes when one leaves it.
(function () {
  'use strict';
  const form = document.querySelector('form.filters');
  if (!form) return;
  for (const name of ['from', 'to']) {
    form.elements[name].addEventListener('input', () => { form.elements.period.value = 'dates'; });
  }
  const list = form.querySelector('details');
  if (!list) return;
  document.addEventListener('click', (e) => { if (!list.contains(e.target)) list.open = false; });
  list.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape') return;
    list.open = false;
    list.querySelector('summary').focus();
  });
})();
