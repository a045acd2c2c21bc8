import { ButtonLink } from '@/shared/ui/links';
import { Nothing } from '@/shared/ui/States';

export function Missing() {
  return (
    <Nothing
      title="Такой страницы нет"
      action={
        <ButtonLink to="/dialogs" variant="default">
          К диалогам
        </ButtonLink>
      }
    >
      Возможно, ссылка устарела или скопирована не целиком.
    </Nothing>
  );
}
