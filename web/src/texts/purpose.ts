import { texts } from '../lib/lang.svelte'

export const t = texts({
  none: {
    es: (tenant: string) => `El inquilino «${tenant}» no ha declarado un propósito permitido aquí, así que el servidor rechaza sus fotos y rostros. Quien lo administra lo declara en Operación, o con «animo tenants set ${tenant} --purpose event».`,
    en: (tenant: string) => `Tenant “${tenant}” has stated no purpose that is allowed here, so the server refuses its photos and faces. Whoever administers it states one under Operations, or with “animo tenants set ${tenant} --purpose event”.`,
  },
})
