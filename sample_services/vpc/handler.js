'use strict';

module.exports.whoAmI = async () => {
  const answer = await fetch('https://checkip.amazonaws.com');
  return (await answer.text()).trim();
};
